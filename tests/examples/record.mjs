// Watches by the example's loop and writes what it sees as tests/fire/lines.py reads it.
//
//   node record.mjs EXAMPLES HOST:PORT NAME RESUME_ID|feed

import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [examples, address, name, target] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${examples}/node/${file}`).href);
const { open } = await load("service.mjs");
const { watch } = await load("watching.mjs");
const { Verification } = await load("verification.mjs");
const grpc = createRequire(pathToFileURL(`${examples}/`))("@grpc/grpc-js");
const codes = Object.fromEntries(Object.entries(grpc.status).map(([word, number]) => [number, word]));
const resumeId = target === "feed" ? "" : target;

const write = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
let calls = 0;
let current = "";

const observer = {
  opened(request) {
    current = `${name}#${++calls}`;
    const { after_sequence, epoch, follow } = request;
    const what = resumeId ? `resume:${resumeId}` : "feed";
    write({ line: "opened", watch: current, client: name, target: what, after: Number(after_sequence), epoch, follow });
  },
  update({ event, heartbeat, draining }) {
    if (event) {
      const { seconds, nanos } = event.create_time;
      const microseconds = Number(seconds) * 1e6 + Math.floor(nanos / 1000);
      write({
        line: "event",
        watch: current,
        resume_id: event.resume_id,
        sequence: Number(event.sequence),
        feed_sequence: Number(event.feed_sequence),
        attempt: event.attempt,
        stage: event.stage.replace("STAGE_", ""),
        stage_percent: event.stage_percent,
        percent: event.percent,
        message: event.message,
        state: event.state.replace("STATE_", ""),
        create_time_ms: Math.floor(microseconds / 1000),
        create_time_us: microseconds,
        batch_id: event.batch_id,
        epoch: event.epoch,
        count: Number(event.count),
        digest: event.digest.toString("hex"),
      });
    } else if (heartbeat) {
      write({
        line: "heartbeat",
        watch: current,
        position: Number(heartbeat.sequence),
        caught_up: heartbeat.caught_up,
        epoch: heartbeat.epoch,
        count: Number(heartbeat.count),
        digest: heartbeat.digest.toString("hex"),
      });
    } else if (draining) {
      write({ line: "draining", watch: current, position: Number(draining.sequence) });
    }
  },
  closed({ code, details }) {
    write({ line: "closed", watch: current, code: codes[code] ?? String(code), message: details ?? "" });
  },
};

const service = open(address);
const verification = new Verification({ resumeId });
const follow = Boolean(resumeId);
const events = watch(service, resumeId ? { resume_id: resumeId } : { feed: true }, {
  follow,
  heartbeatS: 1,
  verification,
  observer,
});
process.on("SIGTERM", () => {
  console.error(`verified ${verification.verified} events`);
  process.exit(0);
});
for await (const event of events) void event;
