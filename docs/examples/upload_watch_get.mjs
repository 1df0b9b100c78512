// Upload a résumé, watch it through restarts of the server, read the result.
//
//   npm install --ignore-scripts
//   node upload_watch_get.mjs cv.pdf [host:port]

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROTOS = fileURLToPath(new URL("../../protos", import.meta.url));
const RECONNECT = new Set([grpc.status.UNAVAILABLE, grpc.status.CANCELLED]);

const definition = protoLoader.loadSync("resumate/v1/resume_service.proto", {
  includeDirs: [PROTOS],
  keepCase: true, // field names as in the protos
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});
const { ResumeService } = grpc.loadPackageDefinition(definition).resumate.v1;

function call(service, method, request) {
  const deadline = new Date(Date.now() + 30_000);
  return new Promise((resolve, reject) => {
    service[method](request, { deadline }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

// The request_id makes it safe to send the file again when the answer was lost.
async function upload(service, path) {
  const request = { filename: basename(path), content: await readFile(path), request_id: randomUUID() };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await call(service, "Upload", request)).resume.id;
    } catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE || attempt === 4) throw error;
      await sleep(Math.random() * 200 * 2 ** attempt);
    }
  }
}

// Yields each event once and in order, reconnecting with the last number seen.
async function* watch(service, resumeId) {
  let seen = "0";
  let epoch = "";
  let failures = 0;
  for (;;) {
    try {
      const updates = service.WatchProgress({ resume_id: resumeId, after_sequence: seen, epoch });
      for await (const { event } of updates) {
        failures = 0;
        if (!event) continue;
        ({ sequence: seen, epoch } = event);
        yield event;
      }
      return; // the attempt has ended, and so has the stream
    } catch (error) {
      failures += 1;
      if (!RECONNECT.has(error.code) || failures > 8) throw error;
      await sleep(Math.random() * Math.min(10_000, 200 * 2 ** failures));
    }
  }
}

const [path, address = "127.0.0.1:50051"] = process.argv.slice(2);
const service = new ResumeService(address, grpc.credentials.createInsecure());
const resumeId = await upload(service, path);
for await (const event of watch(service, resumeId)) {
  console.error(`${event.sequence} ${event.percent}% ${event.message}`);
}
const { resume } = await call(service, "GetResume", { resume_id: resumeId });
service.close();
if (resume.state === "STATE_SUCCEEDED") {
  const { full_name, email } = resume.parsed.personal_info;
  console.log(`${full_name} <${email}>`);
  for (const job of resume.parsed.work_experience) {
    console.log(`${job.title}, ${job.company} (${job.start_date} to ${job.end_date})`);
  }
} else {
  console.error(`${resume.state}: ${resume.error?.message ?? ""}`);
  process.exitCode = 1;
}
