import assert from "node:assert/strict";
import { run } from "../components/mocks";
import { defaultIstioSettings, type MonitoringSettings } from "../../components";
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
function byKind<T extends { readonly kind?: unknown }>(objects: readonly T[]): readonly T[] {
  return [...objects].sort((a, b) => (String(a.kind) < String(b.kind) ? -1 : 1));
}

describe("declaredObjects", () => {
  for (const monitoring of variants) {
    it(`tells every Kubernetes object that the program declares, monitored by ${monitoring?.type ?? "nothing"}`, async () => {
      const api = parse(monitoring === undefined ? {} : { apiType: "openmetrics" });
      const settings: ApiSettings = {
        gateway: defaultIstioSettings,
        ...(monitoring === undefined ? {} : { monitoring }),
      };
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
      assert.deepEqual(byKind(told), byKind(declared));
      assert.ok(told.length > 0);
    });
  }
});
