// Main module of the plugin `pulumi-resource-whalecloud-apig`: serves the engine that starts it on a loopback port.
import { fstatSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { version } from "../package.json";
import { createService } from "./service";

/** Standard input. */
const STDIN = 0;

/** Values of `res_code` by which the gateway says that there is nothing to remove, separated by commas. */
const absentCodes = (process.env["APIG_ABSENT_CODES"] ?? "")
  .split(",")
  .map((code) => code.trim())
  .filter((code) => code !== "");

const server = new grpc.Server();
server.addService(ResourceProviderService, createService({ version, absentCodes }));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  // The engine reads the port from the first line.
  process.stdout.write(`${port}\n`);
});

// The engine holds the other end of the pipe: it closes when the engine goes, in whatever way.
const stdin = fstatSync(STDIN);
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin.resume().once("close", () => process.exit(0));
}
