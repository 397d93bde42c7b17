// What is done to stacks and objects around the runs.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Stack, type ConfigMap } from "@pulumi/pulumi/automation";
import { type ObjectManifest } from "./cluster";
import { outcomeOf, recordError } from "./recorded";
import { type Performed, type Place, type Program, type Step } from "./row";
import { STACK, type Side } from "./side";

/** Creates the stack. */
export function init(expected = "done"): Step {
  return step("init", expected, (side) => side.workspace.createStack(STACK));
}

/** Tries to create the stack with a secrets provider that nobody knows. The engines refuse it in other words. */
export function initWithUnknownSecrets(expected: string): Step {
  const perform = async (side: Side): Promise<Performed> => {
    const workspace = Object.assign(await side.unshared(), { secretsProvider: "unknown://key" });
    return workspace.createStack(STACK).then(
      () => ({ outcome: "done" }),
      (thrown: unknown) => ({ outcome: outcomeOf(recordError(thrown)) }),
    );
  };
  return { name: "init with unknown secrets", expected, perform };
}

/** Selects the stack. */
export function select(expected = "done"): Step {
  return step("select", expected, (side) => side.workspace.selectStack(STACK));
}

/** Removes a stack without resources. */
export function remove(expected = "done"): Step {
  const perform = (side: Side): Promise<Performed> =>
    side.workspace.removeStack(STACK).then(
      () => ({ outcome: "done" }),
      (thrown: unknown) => {
        const error = recordError(thrown);
        // What follows names commands of the CLI.
        const message = error.message.replace(/\. Possible actions:.*$/s, "");
        return { outcome: outcomeOf(error), error: { ...error, message } };
      },
    );
  return { name: "remove", expected, perform };
}

/** Releases the locks of the stack. */
export function cancel(expected = "done"): Step {
  return step("cancel", expected, async (side) => (await side.stack()).cancel());
}

/** Somebody else creates an object. */
export function others(object: ObjectManifest): Step {
  return step("others create", "done", (side) => side.cluster.create(object));
}

/** Somebody else edits an object. */
export function edited(object: ObjectManifest): Step {
  return step("others edit", "done", (side) => side.cluster.edit(object));
}

/** Somebody else deletes an object. */
export function deleted(object: ObjectManifest): Step {
  return step("others delete", "done", (side) => side.cluster.delete(object));
}

/** Somebody else holds the stack's lock. */
export function locked(): Step {
  const lock = { pid: 42, username: "ci", hostname: "build-7", timestamp: "2026-11-21T09:00:00.000000000Z" };
  return step("others lock", "done", (side) => {
    mkdirSync(side.lockDir, { recursive: true });
    writeFileSync(join(side.lockDir, "5a3c6f0e-9a54-4cf1-8f0b-7c1d2b3a4e5f.json"), JSON.stringify(lock));
  });
}

/** How many locks there are. */
export function locks(expected: string): Step {
  return {
    name: "locks",
    expected,
    perform: (side) => Promise.resolve({ outcome: String(readdirSync(side.lockDir).length) }),
  };
}

/** Sets values of the stack's configuration, by the released CLI. */
export function configure(values: ConfigMap | ((place: Place) => ConfigMap)): Step {
  return step("configure", "done", (side) =>
    side
      .tools()
      .then((tools) => tools.setAllConfig(STACK, typeof values === "function" ? values(side.place) : values)),
  );
}

/** Makes another stack of the project, by the released CLI. */
export function otherStack(name: string, program: Program): Step {
  return step(`up of ${name}`, "done", async (side) => {
    const stack = await Stack.create(name, await side.tools());
    await stack.up({ program: side.program(program) });
  });
}

/** Makes the stack with another passphrase than the one that is known, by the released CLI. */
export function otherPassphrase(program: Program): Step {
  return step("up with another passphrase", "done", async (side) => {
    const stack = await Stack.create(STACK, await side.tools({ PULUMI_CONFIG_PASSPHRASE: "Tr0ub4dor&3" }));
    await stack.up({ program: side.program(program) });
  });
}

/** The settings file of the stack is lost, as where only the backend outlives a container. */
export function withoutSettings(): Step {
  return step("lose the settings", "done", (side) => {
    rmSync(side.settingsFile);
  });
}

/** Leaves in the state that the engine was cut off while it created an object. */
export function cutOff(type: string, name: string): Step {
  return step("cut off", "done", (side) => {
    side.rewriteState((state) => {
      const { latest } = state.checkpoint;
      const resource = latest.resources.find((one) => one.urn.endsWith(`${type}::${name}`))!;
      const urn = resource.urn.replace(/[^:]+$/, "cut-off");
      latest.pending_operations = [{ resource: { ...resource, urn, id: "" }, type: "creating" }];
    });
  });
}

function step(name: string, expected: string, work: (side: Side) => unknown): Step {
  return {
    name,
    expected,
    perform: async (side): Promise<Performed> => {
      await work(side);
      return { outcome: "done" };
    },
  };
}
