// Where gateways outside the cluster reach what serves each API in it.
import { backendSource, type BackendSource } from "../components";
import { type ExposedApi } from "../spec";
import { type ApiSettings } from "../stack";
import { type ClusterCache } from "./clusterCache";
import { endpointOf } from "./gatewayAddress";
import { type ClusterAddresses } from "./gatewayAddresses";
import { loadBalancerHost } from "./ingress";
import { type ObjectKey } from "./kube/objects";

/** The way into the cluster: its address, `scheme://host[:port]`; or what has none. */
export type Backend =
  | { readonly url: string }
  /** In words for people. */
  | { readonly without: string }
  /** The Ingresses of the namespace are about to be listed. */
  | "NotYet";

/** Looks addresses up; of what has none any more, the one that was told last: a controller may be about to give it anew. */
export class Backends {
  private readonly last = new Map<ObjectKey, { readonly source: string; readonly url: string }>();

  constructor(
    private readonly cache: Pick<ClusterCache, "ingress">,
    private readonly addresses: Pick<ClusterAddresses, "endpoint" | "gatewayServices">,
  ) {}

  /** The way to an API. */
  of(key: ObjectKey, source: BackendSource): Backend {
    const found = this.lookUp(source);
    if (found === "NotYet") return found;
    const id = JSON.stringify(source);
    if ("url" in found) {
      this.last.set(key, { source: id, url: found.url });
      return found;
    }
    const last = this.last.get(key);
    return last?.source === id ? { url: last.url } : found;
  }

  /** An API is gone, or not behind such a gateway any more. */
  forget(key: ObjectKey): void {
    this.last.delete(key);
  }

  private lookUp(source: BackendSource): Backend {
    switch (source.from) {
      case "settings":
        return { url: source.url };
      case "gateway": {
        const url = this.addresses.endpoint(source.scheme);
        return url === undefined ? { without: this.withoutGateway() } : { url };
      }
      case "ingress":
        return this.ingress(source);
    }
  }

  private ingress({ namespace, name, scheme }: BackendSource & { readonly from: "ingress" }): Backend {
    const id = `Ingress ${namespace}/${name}`;
    const ingress = this.cache.ingress(namespace, name);
    if (ingress === undefined) return "NotYet";
    if (ingress === "unreadable") return { without: `${id} cannot be read` };
    if (ingress === null) return { without: `${id} has no address` };
    const host = loadBalancerHost(ingress);
    const url = host === undefined ? undefined : endpointOf(scheme, host);
    return url === undefined ? { without: `${id} has no address` } : { url };
  }

  private withoutGateway(): string {
    const names = this.addresses.gatewayServices;
    return names.length === 0
      ? "there is no Service of the Istio gateway"
      : `Service ${names.join(", ")} of the Istio gateway has no address`;
  }
}

/** Where the gateway of an API is told to find the implementation; nothing for a gateway inside the cluster, and before it is known. */
export function toldBackend(
  api: ExposedApi,
  { gateway, context }: Pick<ApiSettings, "gateway" | "context">,
): { readonly backend?: string } {
  const source = backendSource(api, gateway);
  const url = source?.from === "settings" ? source.url : source && context?.backend;
  return url !== undefined && URL.canParse(url) ? { backend: new URL(url).origin } : {};
}
