import assert from "node:assert/strict";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";
import { type AnyObject, Cluster } from "./support/cluster";
import { conditionOf, untilCondition, untilGone } from "./support/expect";
import { exposedApi } from "./support/manifests";
import {
  createServiceBefore,
  dataDogEndpoints,
  OWNERS,
  ownManagers,
  podAnnotations,
  prometheusAnnotations,
  workload,
} from "./support/workloads";

const url = (path: string): string => `http://%%host%%:8080${path}`;

/** A metrics API of the workload `app`. */
function metricsApi(name: string, app: string, monitoring?: string): Record<string, unknown> {
  const object = exposedApi(name, {
    apiType: "openmetrics",
    implementation: app,
    port: 80,
    path: `/${name}`,
  });
  const annotations = monitoring === undefined ? {} : { "oda.tmforum.org/monitoring": monitoring };
  return { ...object, metadata: { ...(object["metadata"] as object), annotations } };
}

describe("Metrics announced by annotations", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let watcher: WatcherProcess;

  before(async () => {
    cluster = await Cluster.start({});
    watcher = await cluster.startWatcher({ OPENMETRICS_IMPLEMENTATION: "DataDogAnnotation" }).ready();
  });

  after(async () => {
    await cluster.stop();
  });

  const untilAnnounced = (app: string, ...paths: string[]): Promise<unknown> =>
    until(`the Pods of ${app} announce ${paths.join(", ")}`, async () => {
      const endpoints = dataDogEndpoints(await podAnnotations(cluster, app));
      return JSON.stringify(endpoints) === JSON.stringify(paths.map(url));
    });
  const untilUntouched = async (app: string): Promise<void> => {
    await until(`the Pods of ${app} announce nothing`, async () => {
      const annotations = await podAnnotations(cluster, app);
      return JSON.stringify(annotations) === JSON.stringify(OWNERS);
    });
    assert.deepEqual(ownManagers(await cluster.get("Deployment", app)), []);
  };
  const monitored = (name: string): Promise<AnyObject> =>
    untilCondition(cluster, name, "Monitored", "Monitored");
  const annotate = (name: string, monitoring: string | null): Promise<unknown> =>
    cluster.patch("ExposedAPI", name, {
      metadata: { annotations: { "oda.tmforum.org/monitoring": monitoring } },
    });
  const remove = async (name: string): Promise<void> => {
    await cluster.delete("ExposedAPI", name);
    await untilGone(cluster, "ExposedAPI", name);
  };

  it("are on the pod template behind the Service, and gone with the API", async () => {
    await cluster.create(workload("plain"));
    await createServiceBefore(cluster, "plain");
    await cluster.create(metricsApi("plain", "plain"));

    await untilAnnounced("plain", "/plain");
    await monitored("plain");
    assert.equal(await cluster.get("ServiceMonitor", "plain"), undefined);

    await remove("plain");
    await untilUntouched("plain");
  });

  it("follow a workload that appears later, goes, and comes back", async () => {
    await cluster.create(metricsApi("later", "later"));
    await untilCondition(cluster, "later", "Monitored", "ServiceMissing");
    await createServiceBefore(cluster, "later");
    await untilCondition(cluster, "later", "Monitored", "NoWorkload");

    await cluster.create(workload("later"));
    await untilAnnounced("later", "/later");
    await monitored("later");

    await cluster.delete("Deployment", "later");
    await untilCondition(cluster, "later", "Monitored", "NoWorkload");
    await cluster.create(workload("later"));
    await untilAnnounced("later", "/later");
    await remove("later");
  });

  it("are put back on a workload that is replaced at once", async () => {
    await cluster.create(workload("replaced"));
    await createServiceBefore(cluster, "replaced");
    await cluster.create(metricsApi("replaced", "replaced"));
    await untilAnnounced("replaced", "/replaced");

    await cluster.delete("Deployment", "replaced");
    await until(
      "the old one is gone",
      async () => (await cluster.get("Deployment", "replaced")) === undefined,
    );
    await cluster.create(workload("replaced"));

    await untilAnnounced("replaced", "/replaced");
    await remove("replaced");
  });

  it("start no run when a workload changes in what does not count here", async () => {
    await cluster.create(workload("quiet"));
    await createServiceBefore(cluster, "quiet");
    await cluster.create(metricsApi("quiet", "quiet"));
    await untilAnnounced("quiet", "/quiet");
    await monitored("quiet");
    const runs = await watcher.runs();

    for (const replicas of [3, 2]) await cluster.patch("Deployment", "quiet", { spec: { replicas } });
    await cluster.patch("ExposedAPI", "quiet", { metadata: { labels: { seen: "yes" } } });
    await cluster.create(metricsApi("silent", "quiet"));
    await untilAnnounced("quiet", "/quiet", "/silent");

    await monitored("silent");
    assert.ok((await watcher.runs()) <= runs + 2, "one for each API");
    await remove("silent");
    await remove("quiet");
  });

  it("hold the endpoints of all APIs of a workload, and those that are left when one goes", async () => {
    await cluster.create(workload("shared"));
    await createServiceBefore(cluster, "shared");
    // Of one second, the order is that of the names.
    for (const name of ["shared-1", "shared-2", "shared-3"]) {
      await cluster.create(metricsApi(name, "shared"));
      await monitored(name);
    }
    await untilAnnounced("shared", "/shared-1", "/shared-2", "/shared-3");

    await remove("shared-1");
    await untilAnnounced("shared", "/shared-2", "/shared-3");
    await remove("shared-3");
    await untilAnnounced("shared", "/shared-2");
    await remove("shared-2");
    await untilUntouched("shared");
  });

  it("go with the API's type, and come back with it", async () => {
    await cluster.create(workload("typed"));
    await createServiceBefore(cluster, "typed");
    await cluster.create(metricsApi("typed", "typed"));
    await untilAnnounced("typed", "/typed");

    await cluster.patch("ExposedAPI", "typed", { spec: { apiType: "openapi" } });
    await untilUntouched("typed");
    await until("the condition is gone", async () => {
      return conditionOf(await cluster.get("ExposedAPI", "typed"), "Monitored") === undefined;
    });

    await cluster.patch("ExposedAPI", "typed", { spec: { apiType: "prometheus" } });
    await untilAnnounced("typed", "/typed");
    await remove("typed");
  });

  it("are exactly those of the variant that the API chooses", async () => {
    await cluster.create(workload("choosing"));
    await createServiceBefore(cluster, "choosing");
    await cluster.create(metricsApi("choosing", "choosing", "PrometheusAnnotations"));
    const announced = { ...OWNERS, ...prometheusAnnotations(8080, "/choosing") };
    await until("it is announced for Prometheus", async () => {
      const annotations = await podAnnotations(cluster, "choosing");
      return Object.entries(announced).every(([name, value]) => annotations?.[name] === value);
    });

    await annotate("choosing", "servicemonitor");
    await untilUntouched("choosing");
    await until("it has a ServiceMonitor", () => cluster.get("ServiceMonitor", "choosing"));

    await annotate("choosing", null);
    await untilAnnounced("choosing", "/choosing");
    await untilGone(cluster, "ServiceMonitor", "choosing");

    await annotate("choosing", "statsd");
    await untilCondition(cluster, "choosing", "Reconciled", "UnknownMonitoring");
    await remove("choosing");
    await untilUntouched("choosing");
  });

  it("name one endpoint for Prometheus: the younger API is told of the older, and is next", async () => {
    await cluster.create(workload("contested"));
    await createServiceBefore(cluster, "contested");
    const untilScraped = (path: string): Promise<unknown> =>
      until(`${path} is announced`, async () => {
        return (await podAnnotations(cluster, "contested"))?.["prometheus.io/path"] === path;
      });
    await cluster.create(metricsApi("a-older", "contested", "PrometheusAnnotations"));
    await untilScraped("/a-older");
    await cluster.create(metricsApi("b-younger", "contested", "PrometheusAnnotations"));
    const younger = await untilCondition(cluster, "b-younger", "Monitored", "MonitoringConflict");
    assert.match(conditionOf(younger, "Monitored")?.message ?? "", /components\/a-older/);

    await remove("a-older");
    await untilScraped("/b-younger");
    await monitored("b-younger");
    await remove("b-younger");
    await untilUntouched("contested");
  });
});
