import assert from "node:assert/strict";
import { type ApiInput, type Engine, type RunOutputs, type StackRun } from "../../stack";

/** What the run of an API was asked for. */
export function inputOf({ input }: StackRun): ApiInput {
  assert.ok("api" in input);
  return input;
}

/** An engine that does what `work` does, and notes what it was asked for. */
export class StubEngine implements Engine {
  readonly name = "stub";
  readonly asked: unknown[][] = [];
  /** Versions that each run leaves behind. */
  versions: Record<string, string> = {};
  /** What each run gives beyond that. */
  outputs: Pick<RunOutputs, "binding"> = {};
  work: () => Promise<void> = () => Promise.resolve();
  /** What is not as it was asked for. */
  wrong: string | undefined;
  /** Times it was closed. */
  closings = 0;

  /** What a run does in the cluster when it succeeds. */
  apply: (run: StackRun) => void = () => undefined;

  up: Engine["up"] = async (...args) => {
    await this.ask("up", args);
    this.apply(args[0]);
    return { uid: "route-uid", versions: this.versions, ...this.outputs };
  };
  preview: Engine["preview"] = async (...args) => {
    await this.ask("preview", args);
    return [];
  };
  refresh: Engine["refresh"] = (...args) => this.ask("refresh", args);
  destroy: Engine["destroy"] = (...args) => this.ask("destroy", args);
  recover: Engine["recover"] = () => this.ask("recover", []);
  condition: Engine["condition"] = () => this.wrong;
  close: Engine["close"] = () => {
    this.closings += 1;
    return Promise.resolve();
  };

  get closed(): boolean {
    return this.closings > 0;
  }

  private ask(operation: string, args: readonly unknown[]): Promise<void> {
    this.asked.push([operation, ...args]);
    return this.work();
  }
}
