// What every step of the demo works with.
import { type Apis } from "./apis";
import { type Cluster } from "./cluster";
import { type Sample } from "./sample";
import { type Screen } from "./screen";
import { type WatcherProcess } from "./watcherProcess";

/** A running demo. */
export interface Stage {
  readonly cluster: Cluster;
  readonly watcher: WatcherProcess;
  readonly apis: Apis;
  readonly sample: Sample;
  readonly screen: Screen;
  /** Folder of the watcher's installation. */
  readonly stateDir: string;
  /** Aborted when the demo must end. */
  readonly signal: AbortSignal;
}
