// Main module of a worker whose programs do what the name of the stack says.
import { setTimeout as sleep } from "node:timers/promises";
import { EngineGone, StuckRun, type EngineAddress } from "../../../stack/address";
import { EngineError, StackLockedError, TransientError } from "../../../stack/errors";
import { serve } from "../../../stack/pool/serve";

/** What a program is given. */
interface Given {
  readonly address: EngineAddress;
  readonly signal: AbortSignal;
  readonly began: (operation: string) => void;
}

const kept: Buffer[] = [];

/** As with Pulumi's own programs: what nothing has caught fails the run. */
function uncaught(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (error: Error): void => {
      for (const event of ["uncaughtException", "unhandledRejection"]) process.off(event, fail);
      reject(new EngineError(`uncaught: ${error.message}`));
    };
    for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, fail);
  });
}

const programs: Readonly<Record<string, (given: Given) => unknown>> = {
  succeed: () => process.pid,
  succeedSlowly: () => sleep(100, process.pid),
  tellAddress: ({ address }) => address,
  tellEnvironment: () => ({ execArgv: process.execArgv, argv: process.argv, env: { ...process.env } }),
  beginTwice: ({ began }) => {
    began("init");
    began("up");
  },
  beginOften: async ({ began }) => {
    for (let count = 0; count < 6; count += 1) {
      began("up");
      await sleep(250);
    }
  },
  print: () => {
    process.stdout.write("to the output\nand in two ");
    process.stdout.write("parts\n");
    process.stderr.write("to the error output\n");
  },
  fail: () => {
    throw new TransientError("FieldConflict", "conflict with another");
  },
  failByLock: () => {
    throw new StackLockedError([{ user: "ci", host: "build-7", pid: 42, since: "2026-11-21T09:00:00Z" }]);
  },
  failByBug: () => {
    throw new EngineError("nobody foresaw it");
  },
  failWithoutEngine: () => {
    throw new EngineGone("the engine went away");
  },
  stick: () => {
    throw new StuckRun("it did not stop");
  },
  waitForAbort: ({ signal, began }) =>
    new Promise((_resolve, reject) => {
      began("up");
      signal.addEventListener("abort", () => {
        reject(new TransientError("EngineStopped", "stopped as asked"));
      });
    }),
  waitForEver: ({ began }) => {
    began("up");
    return new Promise(() => undefined);
  },
  spin: ({ began }) => {
    began("up");
    return sleep(10).then(() => {
      for (;;);
    });
  },
  exit: () => process.exit(3),
  kill: () => {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
  throwAside: () =>
    new Promise(() => {
      setImmediate(() => {
        throw new Error("thrown aside");
      });
    }),
  rejectAside: () => {
    void Promise.reject(new Error("rejected aside"));
    return new Promise(() => undefined);
  },
  loseConnection: () => {
    const details = { code: 14, details: "No connection established", metadata: {} };
    void Promise.reject(Object.assign(new Error("14 UNAVAILABLE: No connection established"), details));
    return sleep(50, process.pid);
  },
  failByCommand: () =>
    new Promise(() => {
      void Promise.reject(Object.assign(new Error("Command failed: false"), { code: 1 }));
    }),
  throwAfterwards: () => {
    setTimeout(() => {
      throw new Error("thrown afterwards");
    }, 300);
    return process.pid;
  },
  failByWhatIsUncaught: ({ began }) => {
    began("up");
    return uncaught();
  },
  stickByWhatIsUncaught: ({ began }) => {
    began("up");
    return uncaught().catch(() => {
      throw new StuckRun("it did not stop");
    });
  },
  throwAsideNoticed: () => {
    setImmediate(() => {
      throw new Error("its own");
    });
    return uncaught();
  },
  rejectAsideNoticed: () => {
    void Promise.reject(new Error("its own"));
    return uncaught();
  },
  grow: () => {
    kept.push(Buffer.alloc(200 * 2 ** 20, 1));
    return process.pid;
  },
  leak: () => {
    const leaked: object[] = [];
    for (;;) leaked.push({ leaked: new Array(1000).fill(leaked.length) });
  },
};

serve(
  (_settings, began) => (request, address, signal) =>
    Promise.resolve(programs[request.run.stack]?.({ address, signal, began })),
);
