import assert from "node:assert/strict";
import { only, run, valueOf } from "../mocks";
import { addressSource, gatewayObjects, needsPlatform, contextNeeds, OdaApi } from "../../../components";
import { InvalidSpecError, type ExposedApi } from "../../../spec";
import { apig, DOCUMENT, documented, PATH } from "./examples";

const REGISTRATION = "whalecloud-apig:index:ApiRegistration";

function declare(api: ExposedApi, gateway = apig) {
  return run(() => new OdaApi(api.name, { api, gateway }));
}

describe("The component of the WhaleCloud API gateway", () => {
  it("declares one registration, with what TM Forum's operator tells the gateway", async () => {
    const { resources } = await declare(documented());
    const { name, parent, inputs } = only(resources, REGISTRATION);
    assert.equal(name, "r1-catalog-api");
    assert.equal(parent, "oda-api:whalecloudApig:WhalecloudApigGateway");
    assert.deepEqual(inputs, {
      path: PATH,
      name: "r1-catalog-api",
      specification: DOCUMENT,
      implementation: "r1-prodcatapi",
      port: 8080,
      endpoint: "http://apig-operator-uportal.components:8080",
      timeout: 10,
      mock: false,
      absentCodes: [],
    });
  });

  it("hands on how the gateway is to be asked", async () => {
    const settings = { ...apig, mock: true, timeout: 3, absentCodes: ["2044"] };
    const { resources } = await declare(documented(), settings);
    const { mock, timeout, absentCodes } = only(resources, REGISTRATION).inputs;
    assert.deepEqual({ mock, timeout, absentCodes }, { mock: true, timeout: 3, absentCodes: ["2044"] });
  });

  it("takes the first document that has a URL", async () => {
    const specification = [
      { version: "4.0.0" },
      { url: "https://example.com/second.json" },
      { url: DOCUMENT },
    ];
    const { resources } = await declare(documented({ specification }));
    assert.equal(only(resources, REGISTRATION).inputs["specification"], "https://example.com/second.json");
  });

  it("is known by the name of the API, and says what TM Forum's operator says of it", async () => {
    const { result } = await declare(documented());
    assert.equal(await valueOf(result.uid), "r1-catalog-api-id");
    assert.equal((await valueOf(result.binding))?.field, "apigBind");
  });

  it("declares nothing for an API whose document it cannot fetch", () => {
    const api = documented({ specification: '{"openapi":"3.0.0"}' });
    assert.throws(
      () => new OdaApi("refused", { api, gateway: apig }),
      (error) =>
        error instanceof InvalidSpecError &&
        error.message ===
          "spec.specification: must have the URL of a document, for the gateway whalecloud-apig fetches it itself",
    );
  });

  it("has no objects in the cluster, and needs to know nothing of it", () => {
    assert.deepEqual(gatewayObjects({ api: documented(), settings: apig }), []);
    assert.deepEqual(contextNeeds(documented(), apig), []);
    assert.equal(needsPlatform(documented(), apig), false);
  });

  it("is found at the Ingress that the settings name", () => {
    const { ingress, ...without } = apig;
    assert.deepEqual(addressSource(apig), { from: "ingress", ...ingress });
    assert.deepEqual(addressSource(without), { from: "settings" });
  });
});
