// Where a stack run takes place: the address of an engine, and who gives addresses out.
import { type EngineName } from "./engine";
import { TransientError } from "./errors";

/** The engine of one run. Plain data: it crosses the border between processes. */
export type EngineAddress =
  | {
      readonly kind: "cli";
      /** Path of the Pulumi CLI, or a name to find on PATH. */
      readonly command: string;
      /** Semantic version of the CLI. */
      readonly version: string;
    }
  | {
      readonly kind: "warm";
      /** Path of the engine's Unix socket. */
      readonly socket: string;
      /** Process that holds the locks of its runs. */
      readonly pid: number;
      /** Semantic version of the Pulumi engine in it. */
      readonly version: string;
    };

/**
 * How a run left its engine: `ended` as it should; `stuck` without stopping when it was asked to; `gone` with the
 * engine's process; `lost` with the worker of the run, where a warm engine sees its connection close and stops the run
 * by itself.
 */
export type RunEnd = "ended" | "stuck" | "gone" | "lost";

/** The right to one run in an engine. */
export interface EngineLease {
  readonly address: EngineAddress;
  /** Gives the right back, exactly once. */
  release(end: RunEnd): void;
}

/** Says for each run in which engine it takes place. */
export interface EngineSource {
  readonly name: EngineName;
  /**
   * An engine for one run; may wait until one has started.
   *
   * @param signal Ends the waiting.
   * @throws TransientError with reason `EngineMissing` when none can be started, `EngineStopped` after an abort.
   */
  lease(signal?: AbortSignal): Promise<EngineLease>;
  /** See `Engine.condition`. */
  condition(): string | undefined;
  /** Ends the engines it has started. */
  close(): Promise<void>;
}

/** The process of the engine went away during a run, which may be repeated at once in another. Stays inside `stack/`. */
export class EngineGone extends Error {
  override readonly name = "EngineGone";
}

/** A run passed its deadline and did not stop when it was asked to: its engine still works on it. */
export class StuckRun extends TransientError {
  readonly stuck = true;
  constructor(message: string) {
    super("DeadlineExceeded", message);
  }
}
