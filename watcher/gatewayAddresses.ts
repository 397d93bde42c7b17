// Where clients reach each gateway, and where gateways outside the cluster reach into it.
import { type V1Service } from "@kubernetes/client-node";
import { addressSource, type GatewayAddress, type GatewaySettings } from "../components";
import { gatewayAddress, gatewayEndpoint, gatewayServiceNames } from "./gatewayAddress";
import { gatewayAddressProblem, ingressAddressProblem } from "./gatewayMessages";
import { type LiveObject } from "./drift/liveObject";
import { ingressAddress } from "./ingress";
import { type Logger } from "./logger";
import { type Problem } from "./reasons";

/** The addresses of gateways, as they are now. */
export interface GatewayAddresses {
  /** Where clients reach a gateway; undefined where that is not known, or its settings say it. */
  readonly of: (settings: GatewaySettings) => GatewayAddress | undefined;
  /** Why that is not known. */
  readonly problem: (settings: GatewaySettings) => Problem;
}

/** Keeps the addresses of the Services of the Istio gateway and of the platform's Ingresses. */
export class ClusterAddresses implements GatewayAddresses {
  private services: readonly V1Service[] = [];
  private address: GatewayAddress | undefined;
  private names: readonly string[] = [];
  private readonly ingresses = new Map<string, LiveObject>();

  /** @param service `namespace/name` of the gateway's Service; undefined where it is found by its label */
  constructor(
    private readonly service: string | undefined,
    private readonly log: Logger,
  ) {}

  /** `namespace/name` of the Services of the Istio gateway. */
  get gatewayServices(): readonly string[] {
    return this.names;
  }

  /** Takes in the Services of the Istio gateway. Says whether that makes a difference to any API. */
  servicesChanged(services: readonly V1Service[]): boolean {
    const before = JSON.stringify([this.address, this.endpoints()]);
    const namesBefore = this.names.join();
    this.services = services;
    this.address = gatewayAddress(services);
    this.names = gatewayServiceNames(services);
    const isNew = before !== JSON.stringify([this.address, this.endpoints()]);
    // Statuses name the Services while there is no address.
    if (!isNew && (this.address !== undefined || namesBefore === this.names.join())) return false;
    if (this.address !== undefined) this.log.info({ address: this.address }, "address of the gateway");
    else if (isNew) {
      this.log.warn({ address: null, services: this.names }, "the gateway has no address any more");
    }
    return true;
  }

  /** Takes in an Ingress of the platform, `namespace/name`; undefined for one that is gone. Says whether that is new. */
  ingressChanged(id: string, ingress: LiveObject | undefined): boolean {
    const before = JSON.stringify(this.ingressState(id));
    if (ingress === undefined) this.ingresses.delete(id);
    else this.ingresses.set(id, ingress);
    return before !== JSON.stringify(this.ingressState(id));
  }

  /** Where others reach the Service of the Istio gateway: `scheme://host[:port]`. */
  endpoint(scheme: "http" | "https"): string | undefined {
    return gatewayEndpoint(this.services, scheme);
  }

  readonly of = (settings: GatewaySettings): GatewayAddress | undefined => {
    const source = addressSource(settings);
    switch (source.from) {
      case "gateway":
        return this.address;
      case "ingress": {
        const ingress = this.ingresses.get(`${source.namespace}/${source.name}`);
        return ingress && ingressAddress(ingress);
      }
      case "settings":
        return undefined;
    }
  };

  readonly problem = (settings: GatewaySettings): Problem => {
    const source = addressSource(settings);
    if (source.from !== "ingress") return gatewayAddressProblem(this.service, this.names);
    const id = `${source.namespace}/${source.name}`;
    return ingressAddressProblem(id, this.ingresses.has(id));
  };

  private endpoints(): readonly (string | undefined)[] {
    return [this.endpoint("http"), this.endpoint("https")];
  }

  private ingressState(id: string): unknown {
    const ingress = this.ingresses.get(id);
    return ingress === undefined ? null : (ingressAddress(ingress) ?? "none");
  }
}
