// What a soak gives.
import { type EngineProcessEvent } from "../../../stack";
import { type Performed } from "./lanes";

/** What happened to a process, and when by the clock of `performance`, in milliseconds. */
export interface TimedEvent extends EngineProcessEvent {
  readonly at: number;
}

/** What a soak came to. */
export interface SoakResult extends Performed {
  readonly events: readonly TimedEvent[];
  /** Operations that the engine was asked for. */
  readonly operations: Readonly<Record<string, number>>;
  /** Operations that the state still takes for under way. */
  readonly pending: number;
  /** What is wrong at the end, a sentence for each. */
  readonly wrong: readonly string[];
}
