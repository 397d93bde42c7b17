import assert from "node:assert/strict";
import { delimiter, dirname, join } from "node:path";
import { defaultIstioSettings, type AnnotatedWorkload, type MonitoringSettings } from "../../components";
import { until } from "../../dev/until";
import { parseExposedApi } from "../../spec";
import {
  createEngine,
  stackName,
  TransientError,
  type RunOutputs,
  type Engine,
  type UpOptions,
} from "../../stack";
import { Cluster, NAMESPACE } from "./support/cluster";
import { exposedApi } from "./support/manifests";
import {
  CONTAINER,
  dataDogEndpoints,
  OWNERS,
  ownManagers,
  podAnnotations,
  prometheusAnnotations,
  workload,
} from "./support/workloads";

type Kind = AnnotatedWorkload["kind"];

/** What the engine reads of the environment of its process. */
const VARIABLES = ["PATH", "PULUMI_HOME", "KUBECONFIG"] as const;

const endpoint = { container: CONTAINER, port: 8080, path: "/metrics" };
const url = (path: string): string => `http://%%host%%:8080${path}`;

const dataDog = (name: string, ...paths: string[]): MonitoringSettings => ({
  type: "DataDogAnnotations",
  workloads: [{ kind: "Deployment", name, endpoints: paths.map((path) => ({ ...endpoint, path })) }],
});
const prometheus = (name: string, ...kinds: Kind[]): MonitoringSettings => ({
  type: "PrometheusAnnotations",
  workloads: kinds.map((kind) => ({ kind, name, endpoints: [endpoint] })),
});

describe("What the engine sets on workloads of others", function () {
  this.timeout(120_000);
  const environment = VARIABLES.map((name) => [name, process.env[name]] as const);
  let cluster: Cluster;
  let engine: Engine;

  before(async () => {
    cluster = await Cluster.start({});
    const { pulumi, pulumiHome } = cluster.toolchain;
    process.env["PATH"] = [dirname(pulumi), process.env["PATH"]].join(delimiter);
    process.env["PULUMI_HOME"] = pulumiHome;
    process.env["KUBECONFIG"] = cluster.controlPlane.kubeconfig;
    engine = await engineOf(cluster.stateDir);
  });

  after(async () => {
    for (const [name, value] of environment) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await engine.close();
    await cluster.stop();
  });

  const engineOf = (stateDir: string): Promise<Engine> =>
    createEngine({
      choice: "auto",
      stateDir,
      backend: { url: `file://${stateDir}`, secretsProvider: "passphrase", passphrase: "for this test" },
      deadline: 60_000,
      grace: 10_000,
      concurrency: 1,
    });
  const up = (name: string, monitoring: MonitoringSettings, options?: UpOptions, by = engine) => {
    const api = parseExposedApi(exposedApi(name, { apiType: "openmetrics" }));
    const input = { api, settings: { gateway: defaultIstioSettings, monitoring } };
    return by.up({ kind: "ExposedAPI", stack: stackName(api), known: false, input }, options);
  };
  const destroy = (name: string): Promise<void> =>
    engine.destroy({ kind: "ExposedAPI", stack: stackName({ namespace: NAMESPACE, name }) });
  const gone = async (name: string): Promise<void> => {
    await cluster.delete("Deployment", name);
    await until(`${name} is gone`, async () => (await cluster.get("Deployment", name)) === undefined);
  };
  const untouched = async (name: string, kind: Kind = "Deployment"): Promise<void> => {
    assert.deepEqual(await podAnnotations(cluster, name, kind), OWNERS);
    const object = await cluster.get(kind, name);
    assert.deepEqual(ownManagers(object), []);
    const marks = Object.keys(object?.metadata.annotations ?? {}).filter((mark) =>
      mark.startsWith("pulumi.com/"),
    );
    assert.deepEqual(marks, []);
  };
  const failure = async (run: Promise<RunOutputs>): Promise<TransientError> => {
    const error = await run.then(
      () => assert.fail("the run succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof TransientError, String(error));
    return error;
  };

  it("is on the pod template of every kind of workload, and given back with the API", async () => {
    const kinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;
    for (const kind of kinds) await cluster.create(workload("every", kind));

    const { versions } = await up("every", prometheus("every", ...kinds));

    for (const kind of kinds) {
      assert.deepEqual(await podAnnotations(cluster, "every", kind), {
        ...OWNERS,
        ...prometheusAnnotations(8080, "/metrics"),
      });
      const object = await cluster.get(kind, "every");
      assert.deepEqual(ownManagers(object), ["oda-api.every"]);
      assert.equal(versions[`${kind}/${NAMESPACE}/every`], object?.metadata.resourceVersion);
    }
    await destroy("every");
    for (const kind of kinds) await untouched("every", kind);
  });

  it("is exactly that of the variant, whichever it was before", async () => {
    await cluster.create(workload("changing"));
    await up("changing", prometheus("changing", "Deployment"));

    await up("changing", dataDog("changing", "/metrics"));
    assert.deepEqual(dataDogEndpoints(await podAnnotations(cluster, "changing")), [url("/metrics")]);
    assert.equal((await podAnnotations(cluster, "changing"))?.["prometheus.io/scrape"], undefined);

    const { uid } = await up("changing", { type: "ServiceMonitor" });
    await untouched("changing");
    assert.equal((await cluster.get("ServiceMonitor", "changing"))?.metadata.uid, uid);

    await up("changing", prometheus("changing", "Deployment"));
    assert.equal(await cluster.get("ServiceMonitor", "changing"), undefined);
    assert.equal((await podAnnotations(cluster, "changing"))?.["prometheus.io/port"], "8080");
  });

  it("is put back by a refresh after somebody removed it", async () => {
    await cluster.create(workload("edited"));
    await up("edited", dataDog("edited", "/metrics"));
    const without = { [`ad.datadoghq.com/${CONTAINER}.checks`]: null };
    await cluster.patch("Deployment", "edited", {
      spec: { template: { metadata: { annotations: without } } },
    });

    await up("edited", dataDog("edited", "/metrics"), { refresh: true });

    assert.deepEqual(dataDogEndpoints(await podAnnotations(cluster, "edited")), [url("/metrics")]);
  });

  it("is the same when a run without the state of the first sets it again", async () => {
    await cluster.create(workload("repeated"));
    await up("repeated", dataDog("repeated", "/metrics"));
    const amnesiac = await engineOf(join(cluster.stateDir, "another"));

    await up("repeated", dataDog("repeated", "/metrics"), {}, amnesiac).finally(() => amnesiac.close());

    assert.deepEqual(ownManagers(await cluster.get("Deployment", "repeated")), ["oda-api.repeated"]);
    await destroy("repeated");
    await untouched("repeated");
  });

  it("is not taken from another API, which is named", async () => {
    await cluster.create(workload("shared"));
    await up("first", dataDog("shared", "/first"));

    const { reason, message } = await failure(up("second", dataDog("shared", "/first")));

    assert.equal(reason, "FieldConflict");
    assert.match(message, /conflict with "oda-api\.first"/);
  });

  it("is taken from another API by force, and stays when that goes", async () => {
    await up("second", dataDog("shared", "/first", "/second"), { force: true });
    await destroy("first");

    assert.deepEqual(dataDogEndpoints(await podAnnotations(cluster, "shared")), [
      url("/first"),
      url("/second"),
    ]);
    await destroy("second");
    await untouched("shared");
  });

  it("is not taken by force from the owner in a run that is not to", async () => {
    await cluster.create(workload("owned"));
    const annotations = { "prometheus.io/port": "1" };
    await cluster.patch("Deployment", "owned", { spec: { template: { metadata: { annotations } } } });

    assert.equal((await failure(up("owned", prometheus("owned", "Deployment")))).reason, "FieldConflict");
    assert.equal((await podAnnotations(cluster, "owned"))?.["prometheus.io/port"], "1");
  });

  for (const refresh of [false, true]) {
    it(`stops nothing when the workload is gone, ${refresh ? "with" : "without"} a refresh`, async () => {
      await cluster.create(workload("leaving"));
      await up("leaving", dataDog("leaving", "/metrics"));
      await gone("leaving");

      await up("leaving", { type: "DataDogAnnotations", workloads: [] }, { refresh });
      await cluster.create(workload("leaving"));
      await up("leaving", dataDog("leaving", "/metrics"), { refresh });

      assert.deepEqual(dataDogEndpoints(await podAnnotations(cluster, "leaving")), [url("/metrics")]);
      await gone("leaving");
      await destroy("leaving");
      assert.equal(await cluster.get("VirtualService", "leaving"), undefined);
    });

    it(`is tried again where there is no workload yet, ${refresh ? "with" : "without"} a refresh`, async () => {
      const { reason, message } = await failure(up("early", dataDog("early", "/metrics"), { refresh }));

      assert.equal(reason, "WorkloadMissing");
      assert.match(message, /Deployment\.apps "early"/);
      assert.equal(await cluster.get("Deployment", "early"), undefined);
      await destroy("early");
    });
  }

  it("is tried again where the workload went and something else is to be announced", async () => {
    await cluster.create(workload("replaced"));
    await up("replaced", dataDog("replaced", "/metrics"));
    await gone("replaced");

    assert.equal((await failure(up("replaced", dataDog("replaced", "/other")))).reason, "WorkloadMissing");
    await destroy("replaced");
  });
});
