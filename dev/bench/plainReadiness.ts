// The baseline of readiness, as a process: the least that can follow EndpointSlices. The library's informer, and for each
// change one merge patch; no comparison, no queue, no engine.
import {
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1EndpointSlice,
} from "@kubernetes/client-node";
import { createClients } from "../../watcher/kube/client";
import { EXPOSED_APIS } from "./apis";
import { apiName } from "./services";

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

async function main(): Promise<void> {
  const namespace = process.env["COMPONENT_NAMESPACE"] ?? "";
  const config = new KubeConfig();
  config.loadFromDefault();
  const { discovery, objects } = createClients(config);
  const informer = makeInformer(
    config,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    () => discovery.listNamespacedEndpointSlice({ namespace }),
  );
  const follow = (slice: V1EndpointSlice): void => {
    const name = apiName(slice.metadata?.name ?? "");
    const ready = slice.endpoints.some(({ conditions }) => conditions?.ready === true);
    const body = { status: { implementation: { ready } } };
    objects.patchNamespacedCustomObject({ ...EXPOSED_APIS, namespace, name, body }, mergePatch).catch(fail);
  };
  informer.on("add", follow);
  informer.on("update", follow);
  informer.on("error", fail);
  await informer.start();
  process.stdout.write(`${JSON.stringify({ level: "info", msg: "following" })}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
