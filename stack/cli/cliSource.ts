// The Pulumi CLI as a source of engines: any number of runs, each in a process of its own.
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version as sdkVersion } from "@pulumi/pulumi/version";
import { type EngineAddress, type EngineLease, type EngineSource } from "../address";
import { TransientError } from "../errors";

type CliAddress = Extract<EngineAddress, { readonly kind: "cli" }>;

/** Gives every run the same CLI; there is nothing to give back. */
export class CliSource implements EngineSource {
  readonly name = "cli";
  private readonly granted: EngineLease;

  constructor(address: CliAddress) {
    this.granted = { address, release: () => undefined };
  }

  lease(signal?: AbortSignal): Promise<EngineLease> {
    if (!signal?.aborted) return Promise.resolve(this.granted);
    return Promise.reject(new TransientError("EngineStopped", "the run was stopped before it began"));
  }

  condition(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Finds the CLI, in a process of it.
 *
 * @throws Error when none is on PATH or its version does not fit the SDK.
 */
export async function findCli(): Promise<CliAddress> {
  const { command, version } = await PulumiCommand.get().catch((error: unknown) => {
    const { message } = error as Error;
    const why = message.includes("ENOENT") ? "there is none" : message.trim();
    throw new Error(`no Pulumi CLI on PATH that fits the SDK, ${sdkVersion}: ${why}`);
  });
  // Its version is not known where the check of it is switched off.
  return { kind: "cli", command, version: version?.version ?? "3.0.0" };
}
