// What the watcher's process and its workers say to each other. Plain data only.
import { type EngineAddress } from "../address";
import { type InstallationSettings } from "../automation/workspaces";
import { type PreviewStep, type StackRun, type StackTarget, type UpOptions } from "../engine";
import { type RunOutputs } from "../program";
import { type ErrorData } from "./errorData";

/** What a worker must know before its first run. It has secrets in it, so it is not handed over by arguments. */
export interface WorkerSettings extends InstallationSettings {
  /** Milliseconds an operation may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking an operation to stop and ending it by force. */
  readonly grace: number;
}

/** What the methods of an engine give. */
export interface RunResults {
  readonly up: RunOutputs;
  readonly preview: readonly PreviewStep[];
  readonly refresh: undefined;
  readonly destroy: undefined;
}

/** A call of a method of an engine; a signal is no data. */
export type RunRequest =
  | {
      readonly method: "up";
      readonly run: Omit<StackRun, "signal">;
      readonly options?: UpOptions | undefined;
    }
  | { readonly method: "preview" | "refresh"; readonly run: Omit<StackRun, "signal"> }
  | { readonly method: "destroy"; readonly run: Omit<StackTarget, "signal"> };

/** To a worker: its settings first, then one run at a time. */
export type ToWorker =
  | { readonly type: "settings"; readonly settings: WorkerSettings }
  | { readonly type: "run"; readonly request: RunRequest; readonly address: EngineAddress }
  /** Stop the run under way after the step it is at. */
  | { readonly type: "abort" };

/** How a run ended. */
export type RunOutcome =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: ErrorData };

/** From a worker. */
export type FromWorker =
  /** It has loaded what runs need. */
  | { readonly type: "ready" }
  /** The run under way asks the engine for something: up, init, cancel … */
  | { readonly type: "began"; readonly operation: string }
  | {
      readonly type: "ended";
      readonly outcome: RunOutcome;
      /** Resident bytes of the worker. */
      readonly memory: number;
      /**
       * An error of an earlier run came up in it, so that the worker should not be used again, and a failure that
       * nobody foresaw says nothing of this run.
       */
      readonly disturbed: boolean;
    };
