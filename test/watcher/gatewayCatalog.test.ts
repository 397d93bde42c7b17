import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { GatewayCatalog, type KnownSettings } from "../../watcher/gatewayCatalog";
import { settled, useClock } from "../support/clock";
import { azure, catalog, StubSettings, whalecloud } from "./gateways";

const reasonOf = (known: KnownSettings): string =>
  typeof known === "object" && "unavailable" in known ? known.unavailable.message : "none";

describe("GatewayCatalog", () => {
  const clock = useClock();

  it("has the settings of Istio and WhaleCloud at once", () => {
    const gateways = catalog();
    assert.equal(gateways.settingsOf("istio"), defaultIstioSettings);
    assert.equal(gateways.settingsOf("whalecloud-apig"), whalecloud);
    assert.deepEqual(gateways.ingresses, [whalecloud.ingress]);
  });

  it("reads those of Azure once an API asks for them, and not before", async () => {
    const source = new StubSettings();
    const gateways = catalog(source);
    const told: string[] = [];
    gateways.onChange((type) => told.push(type));
    assert.equal(gateways.find("istio"), defaultIstioSettings);
    assert.equal(source.starts, 0);

    assert.equal(gateways.settingsOf("azure-apim"), "NotYet");
    assert.equal(gateways.settingsOf("azure-apim"), "NotYet");
    assert.equal(gateways.find("azure-apim"), undefined);
    assert.equal(source.starts, 1);
    source.set(azure);
    await settled();
    assert.equal(gateways.settingsOf("azure-apim"), azure);
    assert.deepEqual(told, ["azure-apim"]);
  });

  it("says what is missing where they cannot be read, and has them when they can", async () => {
    const source = new StubSettings();
    const gateways = catalog(source);
    gateways.settingsOf("azure-apim");
    source.set(undefined, "secret subscription-id is missing");
    await settled();
    assert.match(reasonOf(gateways.settingsOf("azure-apim")), /^gateway azure-apim: secret subscription-id /);
    source.set(azure);
    assert.equal(gateways.find("azure-apim"), azure);
  });

  it("waits ten seconds for the first answer, then says that there is none", async () => {
    const gateways = catalog(new StubSettings());
    const told: string[] = [];
    gateways.onChange((type) => told.push(type));
    gateways.settingsOf("azure-apim");
    await clock.advance(9_999);
    assert.equal(gateways.settingsOf("azure-apim"), "NotYet");
    await clock.advance(1);
    assert.match(reasonOf(gateways.settingsOf("azure-apim")), /its settings are not known/);
    assert.deepEqual(told, ["azure-apim"]);
  });

  it("tells nobody where the settings are there at once", async () => {
    const gateways = catalog(new StubSettings(azure));
    const told: string[] = [];
    gateways.onChange((type) => told.push(type));
    assert.equal(gateways.settingsOf("azure-apim"), azure);
    await settled();
    assert.deepEqual(told, []);
  });

  it("has no settings of what is not configured, or is no gateway", () => {
    const gateways = new GatewayCatalog({ default: "istio", istio: defaultIstioSettings });
    for (const type of ["azure-apim", "whalecloud-apig"] as const) {
      assert.match(reasonOf(gateways.settingsOf(type)), /it is not configured/);
    }
    assert.equal(gateways.find("kong"), undefined);
    assert.deepEqual(gateways.ingresses, []);
  });

  it("stops to read", async () => {
    const source = new StubSettings(azure);
    await catalog(source).stop();
    assert.ok(source.stopped);
  });
});
