import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { SetRootResourceRequest, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";
import "../../../stack/automation/ownConnections";

const { grpcClientOptions } = settings as unknown as { readonly grpcClientOptions: grpc.ClientOptions };

describe("The connections of a program", () => {
  it("have nothing of an earlier one to the same port, which failed and was left open", async () => {
    const port = await freePort();
    const left = connect(port, grpcClientOptions);
    await assert.rejects(speak(left), { code: grpc.status.UNAVAILABLE });
    const server = await serve(port);
    const own = connect(port, grpcClientOptions);

    await speak(own);

    for (const client of [left, own]) client.close();
    server.forceShutdown();
  });

  it("would fail with the options of the SDK alone", async () => {
    const port = await freePort();
    const shared = { ...grpcClientOptions, "grpc.use_local_subchannel_pool": 0 };
    const left = connect(port, shared);
    await assert.rejects(speak(left), { code: grpc.status.UNAVAILABLE });
    const server = await serve(port);
    const next = connect(port, shared);

    await assert.rejects(speak(next), { code: grpc.status.UNAVAILABLE });

    for (const client of [left, next]) client.close();
    server.forceShutdown();
  });
});

function connect(port: number, options: grpc.ClientOptions): EngineClient {
  return new EngineClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
}

/** What a program says first. */
function speak(client: EngineClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.setRootResource(new SetRootResourceRequest(), (error: grpc.ServiceError | null) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

async function serve(port: number): Promise<grpc.Server> {
  const server = new grpc.Server();
  server.addService(EngineService, {
    setRootResource: (_: unknown, answer: (error: null, response: SetRootResourceResponse) => void) => {
      answer(null, new SetRootResourceResponse());
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  return server;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
