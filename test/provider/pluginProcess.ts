/** The plugin as the engine runs it: a process, and calls over gRPC. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";

const PLUGIN = join(__dirname, "../../provider/bin/pulumi-resource-whalecloud-apig");

/** A call of the service that was answered with an error. */
export interface CallError extends Error, grpc.StatusObject {}

type Callback<Answer> = (error: grpc.ServiceError | null, answer: Answer) => void;

export class PluginProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly client: ResourceProviderClient,
  ) {}

  static async start(env: NodeJS.ProcessEnv = {}): Promise<PluginProcess> {
    const child = spawn(PLUGIN, ["127.0.0.1:1"], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    return new PluginProcess(
      child,
      new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()),
    );
  }

  /** One call, as a promise. */
  call<Answer>(
    work: (client: ResourceProviderClient, callback: Callback<Answer>) => unknown,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      work(this.client, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  }

  /** Ends it as the engine's end does: by closing its standard input. */
  async stop(): Promise<void> {
    this.client.close();
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.stdin?.end();
    await ended;
  }
}
