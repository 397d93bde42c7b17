// Step 3: an edit of a spec reaches the gateway and the status.
import { expectRuns, expectServed, untilApi } from "../checks";
import { conditionOf, describeCondition } from "../conditions";
import { apiStatusOf, routeOf, specOf, type ApiSpec } from "../promised";
import { CORE_API } from "../sample";
import { type Stage } from "../stage";
import { elapsed } from "./readiness";

/** The core API's next version, on the Service's other port. */
const EDIT = { path: "/pc/tmf-api/productCatalogManagement/v5", port: 8090 } as const;

/** The spec of the core API after the edit. */
export function editedSpec({ sample }: Stage): ApiSpec {
  const core = sample.apis.find(({ metadata }) => metadata.name === CORE_API);
  if (core === undefined) throw new Error(`the sample has no ${CORE_API}`);
  return specOf(core, EDIT);
}

/** Moves the core API to another path and port. */
export async function edit(stage: Stage): Promise<void> {
  const { cluster, screen } = stage;
  screen.heading(`3. The path and the port of ${CORE_API} are edited`);
  const before = await picture(stage);
  const started = performance.now();
  await expectRuns(stage, 1, "one edit", async () => {
    await cluster.patch("ExposedAPI", CORE_API, { spec: EDIT });
    await untilApi(stage, CORE_API, `the edit of ${CORE_API} to be applied`, (api) =>
      apiStatusOf(api)["path"] === EDIT.path && conditionOf(api, "Ready")?.status === "True"
        ? undefined
        : describeCondition(api, "Reconciled"),
    );
  });
  await expectServed(stage, CORE_API, editedSpec(stage));
  const after = await picture(stage);
  for (const [fact, value] of Object.entries(before)) {
    screen.success(`${fact.padEnd(11)} ${value}`);
    screen.line(`  ${" ".repeat(11)} → ${after[fact] ?? ""}`);
  }
  screen.success(`applied after ${elapsed(started)}, with one engine run`);
}

/** The facts that the edit changes. */
async function picture({ cluster }: Stage): Promise<Record<string, string>> {
  const [api, virtualService] = await Promise.all([
    cluster.get("ExposedAPI", CORE_API),
    cluster.get("VirtualService", CORE_API),
  ]);
  const route = routeOf(virtualService);
  return {
    prefix: route?.["prefix"] ?? "none",
    destination: route?.["destination"] ?? "none",
    URL: apiStatusOf(api)["url"] ?? "none",
  };
}
