import assert from "node:assert/strict";
import { run } from "../components/mocks";
import { defaultIstioSettings, type GatewaySettings, type MonitoringSettings } from "../../components";
import { type ExposedApi } from "../../spec";
import { apiProgram, declaredObjects, type ApiSettings } from "../../stack";
import { parse } from "../spec/examples";

const endpoint = { container: "app", port: 8080, path: "/metrics" };
const workloads = [
  { kind: "Deployment", name: "app", endpoints: [endpoint] },
  { kind: "DaemonSet", name: "agent", endpoints: [endpoint] },
] as const;
const variants: readonly (MonitoringSettings | undefined)[] = [
  undefined,
  { type: "ServiceMonitor" },
  { type: "PrometheusAnnotations", workloads },
  { type: "DataDogAnnotations", workloads },
];

/** The engine hears of resources in no certain order. */
function inOrder<T extends { readonly kind?: unknown; readonly name?: unknown }>(
  objects: readonly T[],
): readonly T[] {
  const text = ({ kind, name }: T): string => `${String(kind)} ${String(name)}`;
  return [...objects].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** The objects as the program declares them, and as they are told of. */
async function both(api: ExposedApi, settings: ApiSettings) {
  const { resources } = await run(() => apiProgram({ api, settings }).run());
  const declared = resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => {
      const { apiVersion, kind, metadata, ...fields } = inputs;
      const { name, namespace, annotations } = metadata as {
        name: string;
        namespace: string;
        annotations: Record<string, string>;
      };
      const fieldManager = annotations["pulumi.com/patchFieldManager"];
      return { apiVersion, kind, namespace, name, fieldManager, fields };
    });
  const told = declaredObjects(api, settings).map(
    ({ apiVersion, kind, namespace, name, fieldManager, fields }) => ({
      apiVersion,
      kind,
      namespace,
      name,
      fieldManager,
      fields: JSON.parse(JSON.stringify(fields)) as unknown,
    }),
  );
  return { declared: inOrder(declared), told: inOrder(told) };
}

describe("declaredObjects", () => {
  for (const monitoring of variants) {
    it(`tells every Kubernetes object that the program declares, monitored by ${monitoring?.type ?? "nothing"}`, async () => {
      const api = parse(monitoring === undefined ? {} : { apiType: "openmetrics" });
      const gateway = defaultIstioSettings;
      const { declared, told } = await both(
        api,
        monitoring === undefined ? { gateway } : { gateway, monitoring },
      );
      assert.deepEqual(told, declared);
      assert.ok(told.length > 0);
    });
  }

  it("tells those that enforce policies, too", async () => {
    const api: ExposedApi = {
      ...parse({
        hostname: "a.example.com",
        rateLimit: { enabled: true, limit: "5" },
        apiKeyVerification: { enabled: true },
      }),
      jwt: ["keycloak"],
      mtls: "strict",
      networkPolicy: { cidrs: [] },
    };
    const gateway: GatewaySettings = {
      ...defaultIstioSettings,
      jwt: [{ name: "keycloak", issuer: "https://id.example.com" }],
      apiKeys: { provider: "key-check" },
      tls: { certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" } },
    };
    const context = { podLabels: { app: "catalog" }, innerPaths: [`${api.path}/v2`] };
    const { declared, told } = await both(api, { gateway, context });
    assert.deepEqual(told, declared);
    assert.deepEqual([...new Set(told.map(({ kind }) => kind))].sort(), [
      "AuthorizationPolicy",
      "Certificate",
      "EnvoyFilter",
      "Gateway",
      "NetworkPolicy",
      "PeerAuthentication",
      "VirtualService",
    ]);
  });
});
