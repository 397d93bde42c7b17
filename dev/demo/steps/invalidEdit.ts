// Step 4: an edit that breaks a rule is refused with the name of the field, and what was served stays so.
import { expectNone, expectRuns, expectServed, untilApi } from "../checks";
import { conditionOf, describeCondition, whatIsWrong } from "../conditions";
import { differences, promisedRoute, routeOf } from "../promised";
import { CORE_API } from "../sample";
import { type Stage } from "../stage";
import { editedSpec } from "./edit";

/** Accepted by the CRD, whose schema says no more than that it is text. */
const BROKEN_PATH = "tmf-api/productCatalogManagement/v5";

/** Breaks the path of the core API and mends it. */
export async function invalidEdit(stage: Stage): Promise<void> {
  const { cluster, screen } = stage;
  screen.heading("4. An edit leaves out the slash a path starts with");
  const spec = editedSpec(stage);
  await expectRuns(stage, 0, "an invalid edit and its correction", async () => {
    await cluster.patch("ExposedAPI", CORE_API, { spec: { path: BROKEN_PATH } });
    const refused = await untilApi(stage, CORE_API, "a condition that names spec.path", (api) => {
      const condition = conditionOf(api, "Reconciled");
      return condition?.reason === "InvalidSpec" && condition.message.startsWith("spec.path")
        ? undefined
        : describeCondition(api, "Reconciled");
    });
    const reconciled = conditionOf(refused, "Reconciled");
    if (reconciled !== undefined) {
      screen.success(`Reconciled=${reconciled.status}, ${reconciled.reason}: ${whatIsWrong(reconciled)}`);
    }
    const route = routeOf(await cluster.get("VirtualService", CORE_API));
    expectNone(
      "the route to stay as it was",
      differences(`VirtualService ${CORE_API}`, promisedRoute(spec), route),
    );
    screen.success(`the gateway goes on serving ${spec.path}`);

    await cluster.patch("ExposedAPI", CORE_API, { spec: { path: spec.path } });
    await untilApi(stage, CORE_API, `${CORE_API} to be served again`, (api) =>
      conditionOf(api, "Ready")?.status === "True" ? undefined : describeCondition(api, "Ready"),
    );
  });
  await expectServed(stage, CORE_API, spec);
  screen.success("corrected: Ready=True, and no engine run was needed for either");
}
