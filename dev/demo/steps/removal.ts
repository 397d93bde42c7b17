// Step 6: an API is deleted, then the Component with the rest. Nothing stays behind.
import { untilShown } from "../checks";
import { type Kind } from "../cluster";
import { PARTY_ROLE_API } from "../sample";
import { stackNames, stackOf } from "../stacks";
import { type Stage } from "../stage";
import { type Finding } from "../wait";
import { elapsed } from "./readiness";

const KINDS: readonly (Kind | "Service")[] = [
  "Component",
  "ExposedAPI",
  "VirtualService",
  "ServiceMonitor",
  "Service",
  "EndpointSlice",
];

/** Deletes everything that step 1 created. */
export async function removal(stage: Stage): Promise<void> {
  const { cluster, sample, screen } = stage;
  screen.heading("6. One API is deleted, then the Component");
  let started = performance.now();
  await cluster.delete("ExposedAPI", PARTY_ROLE_API);
  await untilShown(stage, `${PARTY_ROLE_API} and what was made for it to be gone`, () =>
    apiIsGone(stage, PARTY_ROLE_API),
  );
  screen.success(`${PARTY_ROLE_API}: object, VirtualService and stack are gone after ${elapsed(started)}`);

  started = performance.now();
  await cluster.delete("Component", sample.component.metadata.name);
  await untilShown(stage, "the Component and everything of it to be gone", () => allIsGone(stage));
  screen.success(`the Component and all it owned are gone after ${elapsed(started)}: no object, no stack`);
}

/** The object last: the watcher lets it go when its stack is destroyed. */
async function apiIsGone(stage: Stage, name: string): Promise<Finding<true>> {
  const left: string[] = [];
  for (const kind of ["ExposedAPI", "VirtualService", "ServiceMonitor"] as const) {
    if ((await stage.cluster.get(kind, name)) !== undefined) left.push(`${kind} ${name}`);
  }
  if (stackNames(stage).includes(stackOf(name))) left.push(`the stack of ${name}`);
  return finding(left);
}

async function allIsGone(stage: Stage): Promise<Finding<true>> {
  const left = await Promise.all(
    KINDS.map(async (kind) => (await stage.cluster.names(kind)).map((name) => `${kind} ${name}`)),
  );
  return finding([...left.flat(), ...stackNames(stage).map((name) => `stack ${name}`)]);
}

function finding(left: readonly string[]): Finding<true> {
  return left.length === 0 ? { found: true } : { instead: `there still are ${left.join(", ")}` };
}
