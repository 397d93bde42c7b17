// Many served APIs without an engine run for each: copies of one that a watcher has served.
import { PatchStrategy, setHeaderOptions, type KubernetesObject } from "@kubernetes/client-node";
import { defaultIstioSettings } from "../../components";
import { parseExposedApi } from "../../spec";
import { reconcileHash } from "../../stack";
import { type ApiObject } from "../../watcher/kube/objects";
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { BenchApis, EXPOSED_APIS, exposedApi } from "./apis";
import { NAMESPACE, PUBLIC_HOSTNAME, type BenchOptions, type Installation } from "./installation";
import { BenchServices } from "./services";

const VIRTUAL_SERVICES = { group: "networking.istio.io", version: "v1", plural: "virtualservices" } as const;
const apply = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);
const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** APIs that are made at a time. */
const PARALLEL = 16;

/** Names are of one length, so that each stands for itself wherever it is replaced. */
function nameOf(index: number): string {
  return `seed-${String(index).padStart(5, "0")}`;
}

/** A VirtualService as read. */
interface VirtualService extends KubernetesObject {
  readonly spec: unknown;
}

/** What a copy is made from: an API that a watcher has served with an engine run, and its VirtualService. */
interface Served {
  readonly api: ApiObject;
  readonly route: VirtualService;
  /** The field manager that applied the VirtualService. */
  readonly manager: string;
}

/**
 * Leaves an installation with served APIs, each behind a ready Service, as a watcher that is not running any more would
 * have left them. The first is the work of a watcher; the others are copies of it.
 *
 * @returns the names of the APIs
 * @throws Error when a watcher started over them runs an engine or writes a status
 */
export async function seedServedApis(
  installation: Installation,
  count: number,
  say: BenchOptions["say"],
): Promise<readonly string[]> {
  const served = await serveOne(installation);
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  const copies = names.slice(1).values();
  const copyUntilDone = async (): Promise<void> => {
    for (const name of copies) await copy(installation, served, name);
  };
  await Promise.all(Array.from({ length: PARALLEL }, copyUntilDone));
  await proveUnchanged(installation, count, say);
  return names;
}

async function serveOne(installation: Installation): Promise<Served> {
  const { clients } = installation;
  const name = nameOf(0);
  await new BenchServices(clients).create(name, true);
  const watcher = await installation.startWatcher().ready();
  const apis = await BenchApis.start(installation.kubeConfig);
  await apis.create(name);
  apis.stop();
  await installation.stopWatcher(watcher);
  const at = { namespace: NAMESPACE, name };
  const api = (await clients.objects.getNamespacedCustomObject({ ...EXPOSED_APIS, ...at })) as ApiObject;
  const route = (await clients.objects.getNamespacedCustomObject({
    ...VIRTUAL_SERVICES,
    ...at,
  })) as VirtualService;
  if (hashOf(api) !== (api.status?.["stack"] as { hash?: string }).hash) {
    throw new Error("the hash in a served API's status is not the one that its copies would have");
  }
  const manager = route.metadata?.managedFields?.find(({ operation }) => operation === "Apply")?.manager;
  if (manager === undefined) throw new Error("the VirtualService of a served API was not applied");
  return { api, route, manager };
}

/** Makes an API, its Service, its VirtualService and its status, in the order in which they come about. */
async function copy({ clients }: Installation, { api, route, manager }: Served, name: string): Promise<void> {
  const at = { namespace: NAMESPACE, name };
  await new BenchServices(clients).create(name, true);
  const original = nameOf(0);
  const { finalizers } = api.metadata ?? {};
  const created = (await clients.objects.createNamespacedCustomObject({
    ...EXPOSED_APIS,
    namespace: NAMESPACE,
    body: { ...exposedApi(name, NAMESPACE), metadata: { ...at, finalizers } },
  })) as ApiObject;
  const { labels, annotations, ownerReferences } = route.metadata ?? {};
  const body = replaced(
    {
      apiVersion: route.apiVersion,
      kind: route.kind,
      metadata: { ...at, labels, annotations, ownerReferences },
    },
    { [uidOf(api)]: uidOf(created), [original]: name },
  );
  const applied = (await clients.objects.patchNamespacedCustomObject(
    {
      ...VIRTUAL_SERVICES,
      ...at,
      body: { ...body, spec: replaced(route.spec, { [original]: name }) },
      fieldManager: manager,
      force: true,
    },
    apply,
  )) as VirtualService;
  const status = replaced(api.status, {
    [hashOf(api)]: hashOf(created),
    [uidOf(route)]: uidOf(applied),
    [uidOf(api)]: uidOf(created),
    [original]: name,
  });
  await clients.objects.patchNamespacedCustomObject(
    { ...EXPOSED_APIS, ...at, body: { status }, fieldManager: "oda-api-watcher" },
    mergePatch,
  );
}

/** Starts a watcher that has nothing to do, and sees to it that it does nothing. */
async function proveUnchanged(
  installation: Installation,
  count: number,
  say: BenchOptions["say"],
): Promise<void> {
  const watcher = await installation.startWatcher().ready();
  const work = await workOverAll(watcher, count);
  await installation.stopWatcher(watcher);
  say(`a watcher over ${count} seeded APIs: ${work.runs} engine runs, ${work.statusWrites} status writes`);
  if (work.runs > 0 || work.statusWrites > 0) {
    throw new Error(
      `${count} APIs that were served are not taken for it: ${work.runs} engine runs, ${work.statusWrites} status writes`,
    );
  }
}

/** What a watcher has done once it has looked at so many APIs. */
export async function workOverAll(
  watcher: WatcherProcess,
  count: number,
): Promise<{ readonly runs: number; readonly statusWrites: number }> {
  await until(
    `${count} APIs are looked at`,
    async () => (await watcher.metric("oda_reconcile_total")) >= count,
    120_000,
  );
  return { runs: await watcher.runs(), statusWrites: await watcher.metric("oda_status_writes_total") };
}

function hashOf(object: ApiObject): string {
  const gateway = { ...defaultIstioSettings, publicHostname: PUBLIC_HOSTNAME };
  return reconcileHash(parseExposedApi({ ...object, kind: "ExposedAPI" }), { gateway });
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata?.uid ?? "";
}

/** The same plain data with texts replaced wherever they occur. */
function replaced<T>(data: T, texts: Readonly<Record<string, string>>): T {
  const json = Object.entries(texts).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    JSON.stringify(data),
  );
  return JSON.parse(json) as T;
}
