import assert from "node:assert/strict";
import { mock } from "node:test";
import { defaultIstioSettings, type AzureApimSettings, type GatewaySettings } from "../../components";
import { type StackRun } from "../../stack";
import { DeclaredIndex } from "../../watcher/declaredIndex";
import { CorrectionPace } from "../../watcher/drift/correctionPace";
import { DriftDetector } from "../../watcher/drift/driftDetector";
import { createLogger } from "../../watcher/logger";
import { platformKey } from "../../watcher/platformStack";
import { PlatformStacks } from "../../watcher/platformStacks";
import { Retries } from "../../watcher/retries";
import { parse } from "../spec/examples";
import { azure } from "./gateways";
import { StubEngine } from "./stubEngine";

const limited = parse({ rateLimit: { enabled: true, limit: "5" } });
const withProducts: AzureApimSettings = {
  ...azure,
  products: [{ id: "oda", displayName: "ODA", subscriptionRequired: true, approvalRequired: false }],
};

describe("PlatformStacks", () => {
  let engine: StubEngine;
  let enqueued: string[];
  let warnings: string[];
  let unserved: string | undefined;
  let stacks: PlatformStacks;

  beforeEach(() => {
    engine = new StubEngine();
    [enqueued, warnings] = [[], []];
    unserved = undefined;
    const log = createLogger("error");
    mock.method(log, "warn", (_: unknown, text: string) => warnings.push(text));
    stacks = new PlatformStacks({
      engine,
      drift: new DriftDetector(() => undefined, "correct"),
      declared: new DeclaredIndex(),
      retries: new Retries(),
      pace: new CorrectionPace(),
      onDrift: () => undefined,
      log,
      namespaceExists: () => Promise.resolve(true),
      unservedKind: () => Promise.resolve(unserved),
      follow: () => undefined,
      enqueue: (keys) => enqueued.push(...keys),
      closing: new AbortController().signal,
      stopping: new AbortController().signal,
    });
  });
  afterEach(() => {
    mock.restoreAll();
  });

  const runs = () => engine.asked.map(([, run]) => (run as StackRun).stack);
  const looked = (key: string, gateway: GatewaySettings, api = limited) => {
    stacks.looked(key, api, { gateway });
  };

  it("has a stack for each gateway that an API needs something of", async () => {
    looked("a", defaultIstioSettings);
    looked("b", withProducts);
    looked("c", withProducts, parse());
    for (const key of ["a", "b", "c"]) assert.equal(await stacks.ensure(key), undefined);
    assert.deepEqual(runs(), ["gateway", "azure-apim"]);
  });

  it("asks the new gateway and the one that is kept, then forgets that one", async () => {
    stacks.looked("a", limited, { gateway: withProducts, keep: { gateway: defaultIstioSettings } });
    await stacks.ensure("a");
    assert.deepEqual(runs().sort(), ["azure-apim", "gateway"]);
    looked("a", withProducts);
    stacks.settingsChanged(defaultIstioSettings);
    assert.deepEqual(await stacks.reconcile(platformKey("istio")), { outcome: "done" });
    assert.equal(runs().length, 2);
  });

  it("runs again where a gateway has other settings and an API needs it", async () => {
    looked("a", withProducts);
    await stacks.ensure("a");
    stacks.settingsChanged({ ...withProducts, serviceName: "other" });
    assert.deepEqual(enqueued.slice(-1), [platformKey("azure-apim")]);
    await stacks.reconcile(platformKey("azure-apim"));
    const last = engine.asked.at(-1)?.[1] as StackRun;
    assert.ok("platform" in last.input && last.input.platform.type === "azure-apim");
    assert.equal(last.input.platform.serviceName, "other");
    assert.equal(runs().length, 2);
    await stacks.reconcile(platformKey("azure-apim"));
    assert.equal(runs().length, 2);
  });

  it("runs once after a restart for what no cache tells of, and not for Istio", async () => {
    looked("a", defaultIstioSettings);
    looked("b", withProducts);
    assert.deepEqual([stacks.confirm("a"), stacks.confirm("b")], [undefined, undefined]);
    for (const key of [...enqueued]) await stacks.reconcile(key);
    assert.deepEqual(runs(), ["azure-apim"]);
  });

  it("begins no run for a kind that the cluster does not serve, and says so", async () => {
    unserved = "EnvoyFilter of networking.istio.io/v1alpha3";
    looked("a", defaultIstioSettings);
    const problem = await stacks.ensure("a");
    assert.equal(problem?.reason, "CrdMissing");
    assert.match(
      problem.message,
      /^what all APIs share at the gateway: the cluster does not serve EnvoyFilter /,
    );
    assert.deepEqual(runs(), []);
  });

  it("warns once, of the first API with a policy at Pods that nobody has said are the Istio gateway's", () => {
    looked("plain", defaultIstioSettings, parse());
    looked("azure", azure);
    assert.deepEqual(warnings, []);
    looked("a", defaultIstioSettings);
    looked("b", defaultIstioSettings);
    looked("c", defaultIstioSettings, { ...parse(), networkPolicy: { cidrs: [] } });
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /^no Service of the gateway was found/);
  });

  it("has nothing to do for a gateway that no API was ever behind", async () => {
    stacks.settingsChanged(azure);
    assert.deepEqual(await stacks.reconcile(platformKey("azure-apim")), { outcome: "done" });
    assert.ok(stacks.isPlatform(platformKey("azure-apim")));
    assert.equal(stacks.isPlatform("exposedapis/components/a"), false);
  });
});
