// Which Pods are the gateway's, where the platform team does not say: those behind its Service.
import { type GatewayWorkload } from "../components";
import { servicesInOrder } from "./gatewayAddress";
import { type Clients } from "./kube/client";
import { listGatewayServices } from "./sources";

/**
 * The namespace and the selector of the gateway's Service: of several, the first in order of namespace and name that
 * has a selector. Undefined where there is none.
 *
 * @param service `namespace/name` of the Service; undefined finds it by its label
 * @throws the client's error when the API server does not answer.
 */
export async function findGatewayWorkload(
  clients: Pick<Clients, "core">,
  service: string | undefined,
): Promise<GatewayWorkload | undefined> {
  const { items } = await listGatewayServices(clients, service);
  for (const { metadata, spec } of servicesInOrder(items)) {
    const labels = spec?.selector ?? {};
    if (metadata?.namespace !== undefined && Object.keys(labels).length > 0) {
      return { namespace: metadata.namespace, labels };
    }
  }
  return undefined;
}
