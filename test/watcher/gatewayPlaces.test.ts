import assert from "node:assert/strict";
import { defaultIstioSettings, type GatewaySettings } from "../../components";
import { placeOf, readPlace } from "../../watcher/gatewayPlaces";
import { type Servable } from "../../watcher/runOutcomes";
import { parse } from "../spec/examples";
import { azure, whalecloud } from "./gateways";
import { placesOf } from "../../watcher/toldPlaces";

const PLACE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";
const api = parse({}, { name: "a" });

describe("placeOf", () => {
  it("is the same in whatever case the service is written", () => {
    assert.equal(placeOf(api, azure), PLACE);
    assert.equal(placeOf(api, { ...azure, resourceGroup: "ODA-RG", serviceName: "ODA-apim" }), PLACE);
  });

  it("is another for another service, group, subscription or id of the API", () => {
    const others: readonly GatewaySettings[] = [
      { ...azure, serviceName: "oda-apim-2" },
      { ...azure, resourceGroup: "oda-rg-2" },
      { ...azure, subscriptionId: "00000000-0000-4000-8000-000000000002" },
      { ...azure, apiIds: "namespace-name" },
    ];
    assert.equal(new Set([PLACE, ...others.map((other) => placeOf(api, other))]).size, 5);
  });

  it("is none behind a gateway of which the cluster has everything", () => {
    assert.equal(placeOf(api, defaultIstioSettings), undefined);
    assert.equal(placeOf(api, whalecloud), undefined);
  });
});

describe("readPlace", () => {
  it("reads what placeOf writes", () => {
    const { subscriptionId, resourceGroup, serviceName } = azure;
    assert.deepEqual(readPlace(PLACE), {
      service: { subscriptionId, resourceGroup, serviceName },
      apiId: "a",
    });
  });

  for (const text of [
    "",
    "azure-apim",
    "s/oda-rg/oda-apim/a",
    PLACE.replace("oda-rg", ".."),
    PLACE.replace("oda-apim", ".."),
    PLACE.replace(/a$/, ".."),
    `${PLACE}/policies`,
    PLACE.replace("oda-apim", "oda-apim?x="),
    PLACE.replace(/a$/, "x".repeat(257)),
  ]) {
    it(`takes ${text.slice(-30) || "nothing"} for no place`, () => {
      assert.equal(readPlace(text), undefined);
    });
  }
});

describe("placesOf", () => {
  const servable = (settings: Servable["settings"], untold = false) =>
    ({
      api,
      settings,
      ...(untold ? { awaits: { untold: { gateway: "azure-apim", parts: ["backend"] } } } : {}),
    }) as unknown as Servable;

  it("are those of the gateway and of the one that serves meanwhile", () => {
    assert.deepEqual(placesOf(servable({ gateway: azure })), [PLACE]);
    assert.deepEqual(placesOf(servable({ gateway: whalecloud, keep: { gateway: azure } }, true)), [PLACE]);
    assert.deepEqual(placesOf(servable({ gateway: defaultIstioSettings })), []);
  });

  it("are not those of a gateway that cannot be told yet", () => {
    assert.deepEqual(
      placesOf(servable({ gateway: azure, keep: { gateway: defaultIstioSettings } }, true)),
      [],
    );
  });
});
