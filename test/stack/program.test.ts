import assert from "node:assert/strict";
import { run } from "../components/mocks";
import { defaultIstioSettings } from "../../components";
import { apiProgram } from "../../stack";
import { parse } from "../spec/examples";
import { eventually } from "../support/eventually";

describe("apiProgram", () => {
  it("declares the API under its own name, and gives its uid and the versions itself", async () => {
    const program = apiProgram({ api: parse(), settings: { gateway: defaultIstioSettings } });
    assert.equal(program.outputs(), undefined);

    const { resources } = await run(() => program.run());

    assert.deepEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
      [
        "oda-api:index:OdaApi r1-catalog-api",
        "oda-api:istio:IstioGateway r1-catalog-api",
        "kubernetes:networking.istio.io/v1:VirtualService r1-catalog-api",
      ],
    );
    assert.deepEqual(await eventually("outputs", program.outputs), {
      uid: "uid of kubernetes:networking.istio.io/v1:VirtualService r1-catalog-api",
      versions: { "VirtualService/r1-catalog-api": "7" },
    });
  });
});
