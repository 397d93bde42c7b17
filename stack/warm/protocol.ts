// The warm engine's protocol, as `engine/protocol.go` speaks it: HTTP over a Unix socket, answers as lines of JSON.
import { type EngineEvent } from "@pulumi/pulumi/automation";

/** Part of every path. It changes when a request or an answer changes its meaning. */
export const PROTOCOL = 1;

/** What the engine can be asked to do, each at `POST /v1/<operation>`. */
export type Operation =
  | "init"
  | "select"
  | "up"
  | "preview"
  | "refresh"
  | "destroy"
  | "remove"
  | "outputs"
  | "export"
  | "cancel"
  | "interrupt";

/** Body of every operation. An operation reads the fields that concern it. */
export interface RequestBody {
  /** Folder of Pulumi.yaml and of the settings of its stacks. */
  readonly workDir: string;
  readonly stack: string;
  /** `passphrase`, or the URL of a cloud's key, for a new stack. */
  readonly secretsProvider?: string;
  /** Create the stack first where it does not exist. */
  readonly create?: boolean;
  /** Address, host:port, of the language runtime that runs the program. */
  readonly client?: string;
  /** Read the live resources first. */
  readonly refresh?: boolean;
  /** Remove the stack too, once its resources are gone. */
  readonly remove?: boolean;
  /** Give secrets in clear. */
  readonly showSecrets?: boolean;
  /** Where the engine writes its events besides: a file, or tcp://host:port as the Automation API serves it. */
  readonly eventLog?: string;
  /** Kinds of events that the answer is to hold; all where it is missing. It may hold some of other kinds too. */
  readonly events?: readonly (keyof EngineEvent)[];
  /** Variables for the providers of this run. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One line of an answer: any number of events, then one result or one error. */
export interface AnswerLine {
  readonly event?: EngineEvent;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** How an engine process presents itself: the line it prints when it is ready, and part of its health. */
export interface Identity {
  readonly protocol: number;
  /** Release of the Pulumi engine in it, for example `3.246.0`. */
  readonly pulumi: string;
  readonly pid: number;
}

/** Answer of `GET /v1/health`. */
export interface Health extends Identity {
  readonly runs: { readonly active: number; readonly total: number; readonly failed: number };
  /** Resident bytes of the process, without its providers. */
  readonly memory: number;
  /** Open file descriptors. */
  readonly descriptors: number;
  readonly goroutines: number;
  readonly providers: readonly ProviderHealth[];
}

/** A provider process that the runs of an engine process share. */
export interface ProviderHealth {
  readonly name: string;
  readonly version: string;
  readonly runs: number;
  readonly active: number;
}
