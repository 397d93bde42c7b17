import assert from "node:assert/strict";
import { run } from "../components/mocks";
import { defaultIstioSettings } from "../../components";
import { apiProgram, platformProgram, programOf, type ApiSettings } from "../../stack";
import { settings as azureSettings } from "../components/azureApim/examples";
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
      versions: { "VirtualService/components/r1-catalog-api": "7" },
    });
  });

  it("has every object of the API written again where that is asked for, and no object of others", async () => {
    const endpoint = { container: "app", port: 8080, path: "/metrics" };
    const workloads = [{ kind: "Deployment", name: "app", endpoints: [endpoint] }] as const;
    const program = apiProgram({
      api: parse({ apiType: "openmetrics" }),
      settings: { gateway: defaultIstioSettings, monitoring: { type: "DataDogAnnotations", workloads } },
      rewrittenAt: "2026-01-01T00:00:00.000Z",
    });
    const { resources } = await run(() => program.run());
    const annotated = resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, inputs }) => {
        const { annotations } = inputs["metadata"] as { annotations: Record<string, string> };
        return `${type} ${annotations["oda.tmforum.org/rewritten-at"] ?? "not"}`;
      });
    assert.deepEqual(annotated.sort(), [
      "kubernetes:apps/v1:DeploymentPatch not",
      "kubernetes:networking.istio.io/v1:VirtualService 2026-01-01T00:00:00.000Z",
    ]);
  });
});

describe("apiProgram of an API that moves to another gateway", () => {
  const programs = (settings: ApiSettings) => apiProgram({ api: parse(), settings });

  it("declares the gateway before, and of the new one the cluster side alone, while that is awaited", async () => {
    const program = programs({ gateway: azureSettings, keep: { gateway: defaultIstioSettings } });
    const { resources } = await run(() => program.run());
    const types = resources.map(({ type }) => type);
    assert.ok(types.includes("oda-api:istio:IstioGateway"));
    assert.ok(types.includes("oda-api:azureApim:AzureApimGateway"));
    assert.deepEqual(
      types.filter((type) => type.startsWith("azure-native:")),
      [],
    );
    const { binding, uid } = await eventually("outputs", program.outputs);
    assert.equal(binding, undefined);
    assert.match(uid ?? "", /VirtualService/);
  });

  it("gives what the gateway said", async () => {
    const program = programs({ gateway: azureSettings, context: { backend: "http://10.0.0.9" } });
    await run(() => program.run());
    const { binding } = await eventually("outputs", program.outputs);
    assert.equal(binding?.field, "apimBind");
  });
});

describe("platformProgram", () => {
  const shared =
    "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter gateway/EnvoyFilter/istio-ingress/oda-api";

  it("declares what all APIs of a gateway share, and gives its versions", async () => {
    const program = programOf({ platform: defaultIstioSettings });
    const { resources } = await run(() => program.run());
    assert.deepEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
      ["oda-api:index:OdaPlatform gateway", shared],
    );
    const { uid, versions } = await eventually("outputs", program.outputs);
    assert.equal(uid, undefined);
    assert.deepEqual(Object.keys(versions), ["EnvoyFilter/istio-ingress/oda-api"]);
  });

  it("has it written again where that is asked for", async () => {
    const rewrittenAt = "2026-01-01T00:00:00.000Z";
    const { resources } = await run(() =>
      platformProgram({ platform: defaultIstioSettings, rewrittenAt }).run(),
    );
    const { annotations } = resources.at(-1)?.inputs["metadata"] as { annotations: Record<string, string> };
    assert.equal(annotations["oda.tmforum.org/rewritten-at"], rewrittenAt);
  });
});
