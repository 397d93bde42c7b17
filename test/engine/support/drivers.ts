// The processes that do the rows, a few at a time.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type DriverAnswer, type DriverRequest } from "./driver";
import { type RowResult } from "./rowRun";
import { type Suite } from "./side";

/** Does rows in the order in which they are asked for, each in a process that does nothing else meanwhile. */
export class Drivers {
  private readonly all = new Set<ChildProcess>();
  private readonly idle: ChildProcess[];
  private readonly waiting: ((driver: ChildProcess) => void)[] = [];
  private readonly results = new Map<string, Promise<RowResult>>();

  constructor(
    private readonly suite: Suite,
    private readonly env: NodeJS.ProcessEnv,
    count: number,
  ) {
    this.idle = Array.from({ length: count }, () => this.start());
  }

  /** What came of a row; it is begun where it has not been. */
  result(row: string): Promise<RowResult> {
    const begun = this.results.get(row) ?? this.run(row);
    this.results.set(row, begun);
    // Whoever asked for it ahead need not wait for it.
    begun.catch(() => undefined);
    return begun;
  }

  /** Ends the processes once the rows that are begun are done: nobody else would end what they have started. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.results.values());
    for (const driver of this.all) if (driver.connected) driver.disconnect();
  }

  private async run(row: string): Promise<RowResult> {
    let driver = this.idle.shift() ?? (await new Promise<ChildProcess>((free) => this.waiting.push(free)));
    try {
      const answer = await ask(driver, { suite: this.suite, row });
      if ("problem" in answer) throw new Error(answer.problem);
      return answer.result;
    } finally {
      if (!driver.connected) driver = this.start();
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(driver);
      else next(driver);
    }
  }

  private start(): ChildProcess {
    const script = join(__dirname, "driver.ts");
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const driver = fork(script, { execArgv: ["--require", "tsx/cjs"], env: this.env, stdio: [...stdio] });
    this.all.add(driver);
    return driver;
  }
}

async function ask(driver: ChildProcess, request: DriverRequest): Promise<DriverAnswer> {
  const done = new AbortController();
  const answered = once(driver, "message", { signal: done.signal }).then(
    ([answer]) => answer as DriverAnswer,
  );
  const ended = once(driver, "exit", { signal: done.signal }).then(([code, signal]) => ({
    problem: `the driver ended (${String(signal ?? code)}) while it did this row`,
  }));
  driver.send(request);
  try {
    return await Promise.race([answered, ended]);
  } finally {
    done.abort();
    await Promise.allSettled([answered, ended]);
  }
}
