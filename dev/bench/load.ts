// Engine runs without a pause, as a background for what is measured.
import { type WatcherProcess } from "../watcherProcess";
import { type BenchApis } from "./apis";

/** Runs that the watcher may have under way at a time. */
export const CONCURRENCY = 4;

/**
 * APIs that change without end: twice as many as can run, so that one always waits for its turn, also while others have
 * their status read and change anew.
 */
const CHANGING = 2 * CONCURRENCY;

/** Changes APIs again and again, each as soon as its last change is in its status. */
export class EngineLoad {
  /** Of the looks at the watcher, those at which runs waited: all that may be under way at a time were. */
  private full = 0;
  private looks = 0;
  private stopping = false;
  private changes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly apis: BenchApis,
    private readonly watcher: WatcherProcess,
  ) {}

  /** Creates the APIs and begins to change them. */
  async start(): Promise<void> {
    const names = Array.from({ length: CHANGING }, (_, index) => `load-${index}`);
    await Promise.all(names.map((name) => this.apis.create(name)));
    this.changes = Promise.all(names.map((name) => this.change(name)));
  }

  /** Looks whether as many runs are under way as may be. */
  async look(): Promise<boolean> {
    const isFull = (await this.watcher.metric("oda_queue_depth")) > 0;
    this.looks += 1;
    if (isFull) this.full += 1;
    return isFull;
  }

  /** Share of the looks, 0 to 1, at which as many runs were under way as may be. */
  get share(): number {
    return this.looks === 0 ? 0 : this.full / this.looks;
  }

  /** Resolves when the last change is in its status. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.changes;
  }

  private async change(name: string): Promise<void> {
    for (let version = 2; !this.stopping; version += 1) await this.apis.move(name, `/${name}/v${version}`);
  }
}
