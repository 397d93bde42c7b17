// Step 1: a Component and its three APIs are created, and every one is served.
import { expectNone, expectServed, untilApi, untilShown } from "../checks";
import { conditionOf, describeCondition, whatIsWrong } from "../conditions";
import { differences, promisedScrape, scrapeOf, specOf } from "../promised";
import { METRICS_API, ownedBy } from "../sample";
import { type Stage } from "../stage";
import { NotAsPromised } from "../wait";

/** Creates the sample and checks what becomes of it. */
export async function serve(stage: Stage): Promise<void> {
  const { sample, screen } = stage;
  screen.heading("1. A Component with three ExposedAPIs, their Services and EndpointSlices");
  await createSample(stage);
  for (const { metadata } of sample.apis) {
    await untilApi(stage, metadata.name, `${metadata.name} to be served`, (api) =>
      conditionOf(api, "Ready")?.status === "True" ? undefined : describeCondition(api, "Ready"),
    );
  }
  for (const api of sample.apis) {
    const { url, implementation, port } = await expectServed(stage, api.metadata.name, specOf(api));
    screen.success(`${url ?? ""} → ${implementation ?? ""}:${port ?? ""}`);
  }
  screen.success("each has a VirtualService with this route, and this URL in its status");
  await expectMonitor(stage);
  await expectSummary(stage);
  await showPolicies(stage);
}

async function createSample({ apis, cluster, sample, screen }: Stage): Promise<void> {
  screen.doing("creating the objects");
  const component = await cluster.create(sample.component);
  for (const object of sample.implementations) await cluster.create(ownedBy(component, object));
  await Promise.all(
    sample.apis.map((api) => {
      apis.creating(api.metadata.name);
      return cluster.create(ownedBy(component, api));
    }),
  );
}

async function expectMonitor({ cluster, sample, screen }: Stage): Promise<void> {
  for (const api of sample.apis) {
    const { name } = api.metadata;
    const monitor = await cluster.get("ServiceMonitor", name);
    if (name === METRICS_API) {
      const differing = differences(`ServiceMonitor ${name}`, promisedScrape(specOf(api)), scrapeOf(monitor));
      expectNone(`Prometheus to scrape ${name}`, differing);
    } else if (monitor !== undefined) {
      throw new NotAsPromised(`a ServiceMonitor for ${METRICS_API} only`, `one for ${name}`);
    }
  }
  screen.success(`${METRICS_API} has a ServiceMonitor too: Prometheus scrapes it`);
}

/** The lists of a Component's status, by the field of its spec that declares their APIs. */
const LISTS = ["coreAPIs", "managementAPIs", "securityAPIs"] as const;

async function expectSummary(stage: Stage): Promise<void> {
  const { cluster, sample, screen } = stage;
  const { name } = sample.component.metadata;
  await untilShown(stage, `the status of Component ${name} to list each API with its URL`, async () => {
    const status = (await cluster.get("Component", name))?.status ?? {};
    const entries = LISTS.flatMap((list) => (status[list] ?? []) as readonly Entry[]);
    const ready = entries
      .filter((entry) => entry.ready && entry.url !== undefined)
      .map((entry) => entry.name);
    return ready.length === sample.apis.length
      ? { found: true }
      : { instead: `ready with a URL are ${ready.join(", ") || "none"}` };
  });
  screen.success(`Component ${name} lists them in its status: ${LISTS.join(", ")}`);
}

interface Entry {
  readonly name: string;
  readonly url?: string;
  readonly ready: boolean;
}

/** What the gateway does not enforce is not hidden. */
async function showPolicies({ cluster, sample, screen }: Stage): Promise<void> {
  for (const { metadata, spec } of sample.apis) {
    if (spec?.["quota"] === undefined) continue;
    const api = await cluster.get("ExposedAPI", metadata.name);
    const condition = conditionOf(api, "PoliciesEnforced");
    if (condition === undefined) {
      throw new NotAsPromised("the condition PoliciesEnforced", describeCondition(api, "PoliciesEnforced"));
    }
    const text = `${metadata.name}: PoliciesEnforced=${condition.status}, ${whatIsWrong(condition)}`;
    if (condition.status === "True") screen.success(text);
    else screen.note(text);
  }
}
