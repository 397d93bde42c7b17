// What a row of the conformance table is made of.
import { type Recorded } from "./recorded";
import { type Side } from "./side";

/** Where a program's resources go. The two engines get places of the same shape. */
export interface Place {
  readonly namespace: string;
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
}

/** An inline program. What it gives, at once or later, are the stack's outputs; it may give none. */
export type Program = (place: Place) => unknown;

/** What a step did; the surroundings are recorded by whoever performs it. */
export type Performed = Pick<Recorded, "outcome"> & Partial<Recorded>;

/** One thing that is done to a stack or to the cluster. */
export interface Step {
  /** In a few words, for failures. */
  readonly name: string;
  /**
   * What the released CLI makes of it: "create 2, same 1", "done", or the class of the error (for a TransientError
   * its reason).
   */
  readonly expected: string;
  /** The program that it runs, where it runs one. */
  readonly program?: Program;
  readonly perform: (side: Side) => Promise<Performed>;
}

/** How a stack goes on in the hands of the other engine. */
export type TakeOver =
  /** A preview and an update with refresh change nothing. */
  | "unchanged"
  /** Both engines see the same, whatever it is. */
  | "alike"
  /** There is nothing to go on with. */
  | "none";

/** One program, or a sequence of them, on a stack of its own. */
export interface Row {
  /** Continues the sentence "both engines …". */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Default `unchanged`. */
  readonly takeOver?: TakeOver;
  /** Whether the stack exists before the first step; default true. */
  readonly created?: false;
}
