// The component users see: one TM Forum ODA API, exposed and watched.
import * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../spec";
import {
  type ApiContext,
  type GatewayAddress,
  type GatewayBinding,
  type GatewayComponent,
  type PolicyOutcome,
} from "./gateway";
import { gatewayFor, type GatewaySettings } from "./gateways";
import { type OwnerReference } from "./kubernetesMetadata";
import { isMetricsApi, type MonitoringComponent } from "./monitoring/monitoring";
import { defaultMonitoring, type MonitoringSettings } from "./monitoring/settings";
import { monitoringFor } from "./monitoring/variants";
import { type ObjectVersions } from "./ownedObject";

/** A gateway that served an API until now, and what its component was made from. */
export interface KeptGateway {
  readonly gateway: GatewaySettings;
  readonly context?: ApiContext;
}

/** Arguments of {@link OdaApi}. */
export interface OdaApiArgs {
  /** The API, as {@link parseExposedApi} returns it. */
  readonly api: ExposedApi;
  /** The gateway to expose it through. */
  readonly gateway: GatewaySettings;
  /** How its metrics are announced, by default with a ServiceMonitor. An API that is of no metrics type has none. */
  readonly monitoring?: MonitoringSettings | undefined;
  /** Where clients reach that gateway, if it is known when the program runs. */
  readonly address?: GatewayAddress;
  /** What the cluster says of the API, as far as it is known when the program runs. */
  readonly context?: ApiContext | undefined;
  /** Text of `context.document`, where there is one. */
  readonly document?: string | undefined;
  /**
   * Another gateway that serves the API on, while `gateway` cannot be told of it yet (`awaited`). URL and uid are those
   * of this one meanwhile.
   */
  readonly keep?: KeptGateway | undefined;
  /** The API object in the cluster, if it is one: the resources are deleted with it. */
  readonly owner?: OwnerReference | undefined;
}

/**
 * One ODA API: a gateway component that exposes it and, for the metrics types, a monitoring component.
 *
 * Children carry the component's name. Errors of the API itself are found by `parseExposedApi` before this runs.
 */
export class OdaApi extends pulumi.ComponentResource {
  /** Public URL, or undefined while the gateway's address is not known. */
  readonly url: pulumi.Output<string | undefined>;
  /**
   * Id of the resource that stands for the API in its status: the uid of the ServiceMonitor of a metrics API that has
   * one, else that of the resource that routes it, the VirtualService behind Istio.
   */
  readonly uid: pulumi.Output<string>;
  /** What the status says of the gateway; undefined where it has no field of its own there. */
  readonly binding: pulumi.Output<GatewayBinding | undefined>;
  /** Versions of the Kubernetes objects it declares or patches. */
  readonly versions: pulumi.Output<ObjectVersions>;
  /** What became of each policy the spec asks for. */
  readonly policies: readonly PolicyOutcome[];

  constructor(name: string, args: OdaApiArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:index:OdaApi", name, {}, options);
    const { api, gateway: settings, context, document, owner } = args;
    const gateway = gatewayFor(settings);

    const exposed = gateway.create(name, { api, settings, context, document, owner }, { parent: this });
    const kept = this.keep(name, args);
    const monitored = this.monitor(name, args);
    const serving = kept ?? exposed;

    const serves = kept === undefined ? settings : (args.keep?.gateway ?? settings);
    const publicUrl = gatewayFor(serves).publicUrl(api, serves, args.address);
    this.url = pulumi.output("url" in publicUrl ? publicUrl.url : undefined);
    this.uid = monitored?.uid ?? serving.routeUid;
    this.binding = pulumi.output(serving.binding);
    this.versions = pulumi
      .all([exposed.versions, kept?.versions ?? {}, monitored?.versions ?? {}])
      .apply(([route, former, monitoring]) => ({ ...former, ...route, ...monitoring }));
    this.policies = gateway.policies({ api, settings, context });
    this.registerOutputs({ url: this.url, uid: this.uid, policies: this.policies });
  }

  /** Two components of one kind would share the names of their resources. */
  private keep(name: string, { api, gateway, keep, owner }: OdaApiArgs): GatewayComponent | undefined {
    if (keep === undefined || keep.gateway.type === gateway.type) return undefined;
    const { gateway: settings, context } = keep;
    return gatewayFor(settings).create(name, { api, settings, context, owner }, { parent: this });
  }

  private monitor(name: string, { api, monitoring, owner }: OdaApiArgs): MonitoringComponent | undefined {
    if (!isMetricsApi(api)) return undefined;
    const settings = monitoring ?? defaultMonitoring;
    return monitoringFor(settings).create(name, { api, settings, owner }, { parent: this });
  }
}
