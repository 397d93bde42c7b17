import { TransientError, type EngineName } from "../../../stack";
import { type EngineAddress, type EngineSource, type RunEnd } from "../../../stack/address";

/** A source that counts what it gives and gets back. */
export class StubSource implements EngineSource {
  name: EngineName = "warm";
  readonly released: RunEnd[][] = [];
  /** Its engine does not become ready. */
  starting = false;
  problem: Error | undefined;
  warm = true;

  private readonly closing = new AbortController();

  get closed(): boolean {
    return this.closing.signal.aborted;
  }

  lease: EngineSource["lease"] = (signal) => {
    if (this.problem !== undefined) return Promise.reject(this.problem);
    const stopped = new TransientError("EngineStopped", "it was stopped");
    if (signal?.aborted === true || this.closed) return Promise.reject(stopped);
    if (this.starting) {
      return new Promise((_resolve, reject) => {
        for (const ending of [signal, this.closing.signal]) {
          ending?.addEventListener("abort", () => {
            reject(stopped);
          });
        }
      });
    }
    const ends: RunEnd[] = [];
    const pid = this.released.push(ends);
    const address: EngineAddress = this.warm
      ? { kind: "warm", socket: `/engine/${pid}.sock`, pid, version: "3.246.0" }
      : { kind: "cli", command: "pulumi", version: "3.246.0" };
    return Promise.resolve({ address, release: (end) => ends.push(end) });
  };
  condition: EngineSource["condition"] = () => "the CLI stands in";
  close: EngineSource["close"] = () => {
    this.closing.abort();
    return Promise.resolve();
  };
}
