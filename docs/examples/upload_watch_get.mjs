// Upload a résumé, watch it through restarts of the server, read the result.
//
//   npm install --ignore-scripts
//   node upload_watch_get.mjs cv.pdf [host:port]

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { call, open } from "./node/service.mjs";
import { Verification } from "./node/verification.mjs";
import { watch } from "./node/watching.mjs";

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

const [path, address = "127.0.0.1:50051"] = process.argv.slice(2);
const service = open(address);
const resumeId = await upload(service, path);
const verification = new Verification({ resumeId });
for await (const event of watch(service, { resume_id: resumeId }, { verification })) {
  console.error(`${event.sequence} ${event.percent}% ${event.message}`);
}
console.error(`verified ${verification.verified} events`);
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
