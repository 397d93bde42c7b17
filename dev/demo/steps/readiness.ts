// Step 2: the endpoints behind an API go and come back. Its status follows, and the engine is not run.
import { expectRuns, untilApi } from "../checks";
import { conditionOf, describeCondition } from "../conditions";
import { CORE_API } from "../sample";
import { type Stage } from "../stage";

/** Slice of the core API's Service; see manifests/productcatalogmanagement.yaml. */
const SLICE = "pc-catalog-1";

/** Seconds: readiness is a patch of the status, with nothing to wait for. */
const DEADLINE = 15;

/** Takes the endpoints of the core API away and gives them back. */
export async function readiness(stage: Stage): Promise<void> {
  const { cluster, sample, screen } = stage;
  screen.heading("2. The endpoints of a Service go away and come back");
  const slice = sample.implementations.find(({ metadata }) => metadata.name === SLICE);
  const { endpoints } = slice as unknown as { endpoints: readonly object[] };
  await expectRuns(stage, 0, "a change of endpoints", async () => {
    for (const ready of [false, true]) {
      const started = performance.now();
      await cluster.patch("EndpointSlice", SLICE, { endpoints: ready ? endpoints : [] });
      await untilReady(stage, ready);
      const did = ready ? "endpoints back" : "endpoints gone";
      screen.success(`${did}: Ready=${ready ? "True" : "False"} after ${elapsed(started)}`);
    }
  });
  screen.success("no engine run");
}

async function untilReady(stage: Stage, ready: boolean): Promise<void> {
  const status = ready ? "True" : "False";
  await untilApi(
    stage,
    CORE_API,
    `Ready=${status} of ${CORE_API}`,
    (api) => {
      const { ready: implementationReady } = (api.status?.["implementation"] ?? {}) as { ready?: boolean };
      return conditionOf(api, "Ready")?.status === status && implementationReady === ready
        ? undefined
        : describeCondition(api, "Ready");
    },
    DEADLINE,
  );
}

/** Time since a reading of the performance clock, such as "120 ms" or "3.4 s". */
export function elapsed(since: number): string {
  const ms = performance.now() - since;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
