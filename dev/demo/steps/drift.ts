// Step 5: somebody edits a route by hand. It comes back, and an Event tells who had done what.
import { expectNone, expectRuns, expectServed, untilShown } from "../checks";
import { NAMESPACE } from "../cluster";
import { differences, promisedRoute, routeOf } from "../promised";
import { CORE_API } from "../sample";
import { type Stage } from "../stage";
import { editedSpec } from "./edit";
import { elapsed } from "./readiness";

/** Edits the route of the core API behind the watcher's back. */
export async function drift(stage: Stage): Promise<void> {
  const { cluster, screen } = stage;
  screen.heading("5. Somebody edits the route of an API by hand");
  const spec = editedSpec(stage);
  const started = performance.now();
  await expectRuns(stage, 1, "an edit by hand", async () => {
    await cluster.patch("VirtualService", CORE_API, { spec: { hosts: ["by-hand.example.org"] } });
    const message = await untilShown<string>(stage, "an Event that tells of the edit", async () => {
      const found = await cluster.eventMessage(CORE_API, "DriftCorrected");
      return found === undefined ? { instead: `no Event of ${NAMESPACE}/${CORE_API}` } : { found };
    });
    screen.success(message);
  });
  const route = routeOf(await cluster.get("VirtualService", CORE_API));
  const differing = differences(`VirtualService ${CORE_API}`, promisedRoute(spec), route);
  expectNone("the route to be as it was", differing);
  await expectServed(stage, CORE_API, spec);
  screen.success(`the route is as it was after ${elapsed(started)}, with one engine run`);
}
