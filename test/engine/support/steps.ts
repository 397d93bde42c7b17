// The steps that rows are made of.
import { EventEmitter, once } from "node:events";
import { recordState } from "./recorded";
import { type Program, type Step } from "./row";
import { STACK } from "./side";

interface UpOptions {
  readonly refresh?: true;
  /** Takes fields that another field manager holds. */
  readonly force?: true;
  /** Compares the order in which the resources are done. */
  readonly ordered?: true;
}

/** Brings about what a program declares. */
export function up(program: Program, expected: string, options: UpOptions = {}): Step {
  const { refresh, force, ordered } = options;
  return step(`up${describe(options)}`, expected, {
    program,
    perform: async (side) => {
      const stack = await side.stack();
      side.runs.envVars["PULUMI_K8S_ENABLE_PATCH_FORCE"] = String(force === true);
      return side.run(
        (run) => stack.up({ ...run, program: side.program(program), ...(refresh && { refresh }) }),
        { ordered: ordered === true },
      );
    },
  });
}

/** What `up` would do. */
export function preview(program: Program, expected: string, options: { readonly refresh?: true } = {}): Step {
  return step(`preview${describe(options)}`, expected, {
    program,
    perform: async (side) => {
      const stack = await side.stack();
      return side.run(async (run) => {
        await stack.preview({ ...run, program: side.program(program), ...options });
        return {};
      });
    },
  });
}

/** Reads the live objects into the state. */
export function refresh(expected: string): Step {
  return step("refresh", expected, {
    perform: async (side) => {
      const stack = await side.stack();
      return side.run(async (run) => {
        await stack.refresh(run);
        return {};
      });
    },
  });
}

export function destroy(
  expected: string,
  options: { readonly remove?: true; readonly refresh?: true } = {},
): Step {
  return step(`destroy${describe(options)}`, expected, {
    perform: async (side) => {
      const stack = await side.stack();
      return side.run(async (run) => {
        await stack.destroy({ ...run, ...options });
        return {};
      });
    },
  });
}

/** The state with its secrets in clear. */
export function exportState(expected = "done"): Step {
  return step("export", expected, {
    perform: async (side) => ({
      outcome: "done",
      answer: recordState(await side.workspace.exportStack(STACK)),
    }),
  });
}

/** The outputs that the stack has. */
export function outputs(expected = "done"): Step {
  return step("outputs", expected, {
    perform: async (side) => ({ outcome: "done", outputs: await side.workspace.stackOutputs(STACK) }),
  });
}

/** Begins to bring about what a program declares, and is told to stop once it is at a resource of this type. */
export function stopped(program: Program, type: string, expected: string): Step {
  return step("up, stopped", expected, {
    program,
    perform: async (side) => {
      const stack = await side.stack();
      const stop = new AbortController();
      const { outcome, error } = await side.run(({ onEvent }) =>
        stack.up({
          program: side.program(program),
          signal: stop.signal,
          onEvent: (event) => {
            onEvent(event);
            if (event.resourcePreEvent?.metadata.type.endsWith(`:${type}`)) stop.abort();
          },
        }),
      );
      // How far it came by then is a matter of chance.
      return { outcome, ...(error && { error: { ...error, message: "" } }) };
    },
  });
}

/** Begins a run, and another before the first has ended. Expected is what comes of each. */
export function overlapping(program: Program, expected: readonly [string, string]): Step {
  return step("up twice at a time", expected.join(" and "), {
    program,
    perform: async (side) => {
      const stack = await side.stack();
      const signals = new EventEmitter();
      const [begun, released] = [once(signals, "begun"), once(signals, "released")];
      const first = side.run((run) =>
        stack.up({
          ...run,
          program: async () => {
            signals.emit("begun");
            await released;
            return side.program(program)();
          },
        }),
      );
      await Promise.race([begun, first]);
      const second = await side.run((run) => stack.up({ ...run, program: side.program(program) }));
      signals.emit("released");
      const { outcome, ...rest } = await first;
      // The CLI names the process that holds the lock; the warm engine is that process, and needs no lock to know.
      return { ...rest, outcome: `${outcome} and ${second.outcome}` };
    },
  });
}

function step(name: string, expected: string, rest: Pick<Step, "program" | "perform">): Step {
  return { name, expected, ...rest };
}

function describe(options: object): string {
  return Object.keys(options)
    .map((name) => ` --${name}`)
    .join("");
}
