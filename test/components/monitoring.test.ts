import assert from "node:assert/strict";
import { run, valueOf, type Declared } from "./mocks";
import {
  defaultIstioSettings,
  monitoringObjects,
  OdaApi,
  readMonitoringType,
  type AnnotatedWorkload,
  type MonitoringSettings,
} from "../../components";
import { parse } from "../spec/examples";

const endpoint = { container: "main", port: 8080, path: "/metrics" };
const workload = (changes: Partial<AnnotatedWorkload> = {}): AnnotatedWorkload => ({
  kind: "Deployment",
  name: "catalog",
  endpoints: [endpoint],
  ...changes,
});
const prometheus = (...workloads: AnnotatedWorkload[]) =>
  ({ type: "PrometheusAnnotations", workloads }) as const;
const dataDog = (...workloads: AnnotatedWorkload[]) => ({ type: "DataDogAnnotations", workloads }) as const;

const metricsApi = (metadata: Record<string, unknown> = {}) => parse({ apiType: "openmetrics" }, metadata);

/** Declares one metrics API. */
function declare(monitoring: MonitoringSettings, api = metricsApi()) {
  return run(() => new OdaApi(api.name, { api, gateway: defaultIstioSettings, monitoring }));
}

/** The annotations on each pod template, by `Kind/name`. */
function annotations(resources: readonly Declared[]): Record<string, unknown> {
  const patches = resources.filter(({ type }) => type.endsWith("Patch"));
  return Object.fromEntries(
    patches.map(({ inputs }) => {
      const { kind, metadata, spec } = inputs as {
        kind: string;
        metadata: { name: string };
        spec: { template: { metadata: { annotations: unknown } } };
      };
      return [`${kind}/${metadata.name}`, spec.template.metadata.annotations];
    }),
  );
}

describe("Prometheus annotations", () => {
  it("are set on the pod template of each workload, whatever its kind", async () => {
    const { resources } = await declare(
      prometheus(
        workload(),
        workload({ kind: "StatefulSet" }),
        workload({ kind: "DaemonSet", name: "agent" }),
      ),
    );

    const expected = {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "8080",
      "prometheus.io/path": "/metrics",
    };
    assert.deepEqual(annotations(resources), {
      "Deployment/catalog": expected,
      "StatefulSet/catalog": expected,
      "DaemonSet/agent": expected,
    });
  });

  it("name the first endpoint: a pod can announce one", async () => {
    const { resources } = await declare(
      prometheus(workload({ endpoints: [{ ...endpoint, port: 9090, path: "/m" }, endpoint] })),
    );

    assert.deepEqual(annotations(resources)["Deployment/catalog"], {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9090",
      "prometheus.io/path": "/m",
    });
  });
});

describe("DataDog annotations", () => {
  const checks = async (...endpoints: AnnotatedWorkload["endpoints"]): Promise<Record<string, unknown>> => {
    const { resources } = await declare(dataDog(workload({ endpoints })));
    const found = annotations(resources)["Deployment/catalog"] as Record<string, string>;
    return Object.fromEntries(Object.entries(found).map(([name, json]) => [name, JSON.parse(json)]));
  };

  it("have an OpenMetrics check for each container, with its endpoints in order", async () => {
    const instance = (port: number, path: string) => ({
      openmetrics_endpoint: `http://%%host%%:${port}${path}`,
      namespace: "components",
      metrics: [".*"],
    });

    assert.deepEqual(
      await checks(
        { ...endpoint, path: "/b" },
        { container: "sidecar", port: 9090, path: "/metrics" },
        { ...endpoint, path: "/a" },
      ),
      {
        "ad.datadoghq.com/main.checks": {
          openmetrics: { init_config: {}, instances: [instance(8080, "/b"), instance(8080, "/a")] },
        },
        "ad.datadoghq.com/sidecar.checks": {
          openmetrics: { init_config: {}, instances: [instance(9090, "/metrics")] },
        },
      },
    );
  });

  it("log in with what the Agent reads from the API's Secret, never with clear text", async () => {
    const basicAuth = {
      namespace: "components",
      secretName: "login",
      usernameKey: "user",
      passwordKey: "secret",
    };

    const { "ad.datadoghq.com/main.checks": check } = await checks({ ...endpoint, basicAuth });
    const [instance] = (check as { openmetrics: { instances: Record<string, unknown>[] } }).openmetrics
      .instances;
    assert.equal(instance!["username"], "ENC[k8s_secret@components/login/user]");
    assert.equal(instance!["password"], "ENC[k8s_secret@components/login/secret]");
  });
});

describe("A patch of a workload", () => {
  const patchOf = async (api = metricsApi()): Promise<Declared> => {
    const { resources } = await declare(dataDog(workload()), api);
    return resources.find(({ type }) => type === "kubernetes:apps/v1:DeploymentPatch")!;
  };
  const managerOf = async (...args: Parameters<typeof patchOf>): Promise<string> => {
    const { metadata } = (await patchOf(...args)).inputs as {
      metadata: { annotations: Record<string, string> };
    };
    return metadata.annotations["pulumi.com/patchFieldManager"] ?? "";
  };

  it("is named by the API and the workload, in the API's namespace, and waits for no rollout", async () => {
    const { name, inputs } = await patchOf();

    assert.equal(name, "r1-catalog-api.catalog");
    assert.deepEqual(inputs["metadata"], {
      name: "catalog",
      namespace: "components",
      annotations: {
        "pulumi.com/patchFieldManager": "oda-api.r1-catalog-api",
        "pulumi.com/skipAwait": "true",
      },
    });
  });

  it("has a field manager of its own for each API and kind, never too long for the API server", async () => {
    const long = "n".repeat(250);
    const legacy = parse({ apiType: "prometheus" });
    const managers = [
      await managerOf(),
      await managerOf({ ...legacy, kind: "API" }),
      await managerOf(metricsApi({ name: long })),
      await managerOf(metricsApi({ name: `${long}n` })),
    ];

    assert.equal(managers[1], "oda-api-legacy.r1-catalog-api");
    assert.equal(new Set(managers).size, managers.length);
    for (const manager of managers) assert.ok(manager.length <= 128, manager);
  });

  it("is one resource in either variant, so that a change between them is an update", async () => {
    const placeIn = async (settings: MonitoringSettings): Promise<object> => {
      const { resources } = await declare(settings);
      const { name, type, parent } = resources.find((each) => each.type.endsWith("Patch"))!;
      return { name, type, parent };
    };

    assert.deepEqual(await placeIn(prometheus(workload())), await placeIn(dataDog(workload())));
  });

  it("is not there for a workload that is not, and leaves no ServiceMonitor", async () => {
    const { resources } = await declare(dataDog());

    assert.deepEqual(
      resources.map(({ type }) => type).filter((type) => /Patch|ServiceMonitor/.test(type)),
      [],
    );
  });

  it("gives the API no uid: it is known by that of its route", async () => {
    const { result } = await declare(dataDog(workload()));

    assert.match(await valueOf(result.uid), /VirtualService/);
  });
});

describe("The versions of an API's objects", () => {
  it("are told for its route and for each workload that is patched", async () => {
    const { result } = await declare(prometheus(workload(), workload({ kind: "DaemonSet", name: "agent" })));

    assert.deepEqual(await valueOf(result.versions), {
      "VirtualService/components/r1-catalog-api": "7",
      "Deployment/components/catalog": "7",
      "DaemonSet/components/agent": "7",
    });
  });

  it("are told for its ServiceMonitor", async () => {
    const { result } = await declare({ type: "ServiceMonitor" });

    assert.deepEqual(await valueOf(result.versions), {
      "VirtualService/components/r1-catalog-api": "7",
      "ServiceMonitor/components/r1-catalog-api": "7",
    });
  });
});

describe("The objects of a metrics API as plain data", () => {
  for (const settings of [
    { type: "ServiceMonitor" },
    prometheus(workload(), workload({ kind: "StatefulSet" })),
    dataDog(workload()),
  ] as const) {
    it(`are those that its component declares: ${settings.type}`, async () => {
      const api = metricsApi();
      const { resources } = await declare(settings, api);

      const byKind = (a: { kind?: unknown }, b: { kind?: unknown }) =>
        String(a.kind) < String(b.kind) ? -1 : 1;
      const declared = resources
        .filter(({ type }) => /Patch$|ServiceMonitor$/.test(type) && type.startsWith("kubernetes:"))
        .map(({ inputs }) => {
          const { apiVersion, kind, metadata, ...fields } = inputs as Record<string, unknown>;
          const { name, namespace, annotations: marks } = metadata as Record<string, unknown>;
          const fieldManager = (marks as Record<string, string>)["pulumi.com/patchFieldManager"];
          return { apiVersion, kind, namespace, name, fieldManager, fields };
        });
      const told = monitoringObjects(api, settings).map(({ isPatch, ...object }) => {
        assert.equal(isPatch, settings.type === "ServiceMonitor" ? undefined : true);
        return object;
      });
      assert.deepEqual([...told].sort(byKind), declared.sort(byKind));
      assert.ok(declared.length > 0);
    });
  }

  it("are none where it is not monitored", () => {
    assert.deepEqual(monitoringObjects(parse(), undefined), []);
  });
});

describe("The name of a variant", () => {
  for (const [name, type] of [
    ["ServiceMonitor", "ServiceMonitor"],
    ["servicemonitors", "ServiceMonitor"],
    ["PrometheusAnnotation", "PrometheusAnnotations"],
    ["DATADOGANNOTATIONS", "DataDogAnnotations"],
    ["DataDogAnnotationss", undefined],
    ["", undefined],
  ] as const) {
    it(`${JSON.stringify(name)} is ${type ?? "none"}`, () => {
      assert.equal(readMonitoringType(name), type);
    });
  }
});
