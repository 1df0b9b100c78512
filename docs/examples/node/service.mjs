// The service's stub, from the protos, and calls to it as promises.

import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROTOS = process.env.RESUMATE_PROTOS ?? fileURLToPath(new URL("../../../protos", import.meta.url));

const definition = protoLoader.loadSync("resumate/v1/resume_service.proto", {
  includeDirs: [PROTOS],
  keepCase: true, // field names as in the protos
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});
const { ResumeService } = grpc.loadPackageDefinition(definition).resumate.v1;

export function open(address) {
  return new ResumeService(address, grpc.credentials.createInsecure(), {
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 5_000,
  });
}

export function call(service, method, request) {
  const deadline = new Date(Date.now() + 30_000);
  return new Promise((resolve, reject) => {
    service[method](request, { deadline }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}
