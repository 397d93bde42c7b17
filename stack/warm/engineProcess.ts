// One process of the warm engine: started, heard and ended.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Readable, type Writable } from "node:stream";
import { identify, killAbandonedSession, killSession } from "../cli/session";
import { type WarmAddress } from "./command";
import { LastWords } from "./lastWords";
import { PROTOCOL, type Identity } from "./protocol";
import { placeSocket, type SocketPlace } from "./socket";

/** How to start an engine process. */
export interface EngineProcessOptions {
  /** Path of `pulumi-warm-engine`, or a name to find on PATH. */
  readonly command: string;
  /** Release of Pulumi that must be in it. */
  readonly release: string;
  /** Folder of this installation, in which the socket is made. */
  readonly stateDir: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Called with each line of its error output: log lines in JSON, and what Go prints when it crashes. */
  readonly onLine: (line: string) => void;
}

/** Milliseconds a process may take until it is ready; it takes a tenth of a second on an idle machine. */
const START = 30_000;

/** Milliseconds a process may take to end; it waits 20 s for its runs. */
const STOP = 25_000;

/** Milliseconds to wait for the last lines of a process that has ended. */
const LAST_LINES = 500;

const CALLED_OFF = "the start of the warm engine was called off";

/** An engine process that did not become ready. */
export class EngineStartError extends Error {
  override readonly name = "EngineStartError";
  constructor(
    message: string,
    /** Another try would end the same way: there is no such program, or it is of another release. */
    readonly final: boolean,
  ) {
    super(message);
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** An engine process that has been ready. It ends when this process does, for its input is then closed. */
export class EngineProcess {
  /** Settled once the process has ended: how, in words for people. */
  readonly ended: Promise<string>;

  private constructor(
    readonly address: WarmAddress,
    private readonly child: Child,
    private readonly leader: number,
    ended: Promise<string>,
  ) {
    this.ended = ended;
    unref(child);
  }

  /** @throws EngineStartError. */
  static async start(options: EngineProcessOptions, signal?: AbortSignal): Promise<EngineProcess> {
    if (signal?.aborted) throw new EngineStartError(CALLED_OFF, false);
    const socket = placeSocket(options.stateDir);
    const child = spawn(options.command, ["--socket", socket.path], {
      env: options.environment,
      // A session of its own, which its providers share: they end together.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined);
    const ended = endOf(child, socket, options.onLine);
    const { pid } = child;
    try {
      const identity = await readiness(child, ended, signal);
      check(identity, options);
      if (pid === undefined) throw new EngineStartError("the warm engine has no process", false);
      const address = { socket: socket.path, pid: identity.pid, version: identity.pulumi };
      return new EngineProcess({ kind: "warm", ...address }, child, pid, ended);
    } catch (error) {
      if (pid !== undefined && isAlive(child)) killSession(pid);
      throw error;
    }
  }

  get running(): boolean {
    return isAlive(this.child);
  }

  /** Lets runs under way stop and ends the process, by force where it takes too long. */
  async stop(): Promise<void> {
    this.child.stdin.end();
    const timer = setTimeout(() => {
      this.kill();
    }, STOP);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends the process and its providers at once. Runs under way leave their locks. */
  kill(): void {
    if (this.running) killSession(this.leader);
  }
}

/** The line a process prints when it is ready. */
function readiness(child: Child, ended: Promise<string>, signal?: AbortSignal): Promise<Identity> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", callOff);
    };
    const fail = (message: string, final = false): void => {
      settle();
      reject(new EngineStartError(message, final));
    };
    const callOff = (): void => {
      fail(CALLED_OFF);
    };
    const timer = setTimeout(() => {
      fail(`the warm engine was not ready within ${START / 1000} s`);
    }, START);
    signal?.addEventListener("abort", callOff);
    child.once("error", (error: NodeJS.ErrnoException) => {
      fail(`cannot run ${child.spawnfile}: ${error.message}`, true);
    });
    void ended.then((how) => {
      fail(`the warm engine ${child.spawnfile} did not start: ${how}`);
    });
    createInterface(child.stdout).once("line", (line) => {
      try {
        resolve(JSON.parse(line) as Identity);
        settle();
      } catch {
        fail(`${child.spawnfile} is no warm engine: it said ${line.slice(0, 80)}`, true);
      }
    });
  });
}

function check({ protocol, pulumi }: Identity, { command, release }: EngineProcessOptions): void {
  if (protocol !== PROTOCOL) {
    throw new EngineStartError(`${command} speaks protocol ${protocol}, and ${PROTOCOL} is needed`, true);
  }
  if (pulumi !== release) {
    throw new EngineStartError(`${command} has Pulumi ${pulumi} in it, and ${release} is needed`, true);
  }
}

/** Hears a process to its end, and clears away what it leaves. */
function endOf(child: Child, socket: SocketPlace, onLine: (line: string) => void): Promise<string> {
  const words = new LastWords();
  createInterface(child.stderr).on("line", (line) => {
    words.add(line);
    onLine(line);
  });
  const leader = child.pid === undefined ? undefined : identify(child.pid);
  return new Promise((resolve) => {
    child.once("error", () => {
      socket.remove();
    });
    child.once("exit", (code, signal) => {
      socket.remove();
      if (leader !== undefined) killAbandonedSession(leader);
      const tell = (): void => {
        clearTimeout(timer);
        resolve(words.ending(code, signal));
      };
      const timer = setTimeout(tell, LAST_LINES);
      child.once("close", tell);
    });
  });
}

function isAlive({ exitCode, signalCode, pid }: Child): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** An engine that is idle does not keep this process from ending. */
function unref(child: Child): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as unknown as Socket).unref();
}
