// Which CLI processes this installation has started, so that a lock one of them left can be told from a stranger's.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { type LockHolder } from "../errors";
import {
  identify,
  isRunning,
  killAbandonedSession,
  killOwnSession,
  untilEnded,
  type ProcessIdentity,
} from "./session";

/** One engine process that is, or was, working on a stack. */
interface JournalEntry extends ProcessIdentity {
  /** Project and stack, `project.stack`. */
  readonly stack: string;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The process that runs the stack's program, and wrote this; absent in entries of earlier versions. */
  readonly worker?: ProcessIdentity;
}

/**
 * A folder with one small file for each stack and engine process at work on it. An entry that outlives its process
 * stands for a run that was cut off and whose lock may still be there. Several processes may share the folder.
 */
export class RunJournal {
  private readonly worker = identify(process.pid);

  /**
   * @param dir Folder of the journal; created when missing. It belongs to one installation.
   * @param longestRun Milliseconds after which no run can still be under way.
   */
  constructor(
    private readonly dir: string,
    private readonly longestRun: number,
  ) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** Records a process that is about to work on a stack. */
  begin(stack: string, pid: number): void {
    const { worker } = this;
    const entry: JournalEntry = { stack, host: hostname(), ...identify(pid), startedAt: Date.now(), worker };
    const temporary = join(this.dir, `.${stack}.${pid}.tmp`);
    writeFileSync(temporary, JSON.stringify(entry));
    renameSync(temporary, this.path(stack, pid));
  }

  /** Forgets a process that ended by itself, and so has given its lock back. */
  end(stack: string, pid: number): void {
    rmSync(this.path(stack, pid), { force: true });
  }

  /** Whether a lock's holder is a run of this installation that is certainly over. */
  isAbandoned(stack: string, holder: LockHolder): boolean {
    return this.entries().some(
      (entry) =>
        entry.stack === stack && entry.host === holder.host && entry.pid === holder.pid && this.isOver(entry),
    );
  }

  /** Forgets every process of a stack that is certainly over, once the lock it held is gone. */
  forgetAbandoned(stack: string): void {
    for (const entry of this.entries()) {
      if (entry.stack === stack && this.isOver(entry)) this.end(stack, entry.pid);
    }
  }

  /** Kills processes that an earlier process of this installation started on this host. Returns their stacks. */
  killOrphans(): string[] {
    const orphans = this.entries().filter((entry) => entry.host === hostname());
    for (const orphan of orphans) {
      killAbandonedSession(orphan);
      if (orphan.worker !== undefined && orphan.worker.pid !== process.pid) killOwnSession(orphan.worker);
    }
    return orphans.map(({ stack }) => stack);
  }

  /**
   * Kills the engine processes that a worker which is over has started for one run and left behind, and waits until
   * they are gone. Not for an engine that serves other runs too.
   *
   * @param worker Process id of the worker.
   * @param since Milliseconds since the epoch at which the run began.
   */
  async killLeftBy(worker: number, since: number): Promise<void> {
    const left = this.entries().filter(
      (entry) => entry.host === hostname() && entry.worker?.pid === worker && entry.startedAt >= since,
    );
    for (const entry of left) killAbandonedSession(entry);
    await Promise.all(left.map(untilEnded));
  }

  /** A run elsewhere cannot be looked at; it is over once it has outlived the deadline of every run. */
  private isOver(entry: JournalEntry): boolean {
    return entry.host === hostname() ? !isRunning(entry) : Date.now() - entry.startedAt > this.longestRun;
  }

  private entries(): JournalEntry[] {
    return readdirSync(this.dir)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => this.read(file));
  }

  private read(file: string): JournalEntry[] {
    try {
      const entry = JSON.parse(readFileSync(join(this.dir, file), "utf8")) as JournalEntry | null;
      return entry === null ? [] : [entry];
    } catch {
      // Removed by the run that ended meanwhile, or not written by this program.
      return [];
    }
  }

  private path(stack: string, pid: number): string {
    return join(this.dir, `${stack}.${pid}.json`);
  }
}

/** Name of a stack in the journal: a work directory belongs to one project. */
export function runOf(workDir: string, stack: string): string {
  return `${basename(workDir)}.${stack}`;
}
