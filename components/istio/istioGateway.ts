// Exposes an API through an Istio ingress gateway.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { requestedPolicies, type ExposedApi } from "../../spec";
import { type Gateway, type GatewayArgs, type GatewayComponent, type PolicyOutcome } from "../gateway";
import { fieldManager, leafMetadata } from "../kubernetesMetadata";
import { versionsOf, type ObjectVersions, type OwnedObject } from "../ownedObject";
import { type IstioSettings } from "./settings";
import { istioPublicUrl, virtualServiceHosts } from "./url";
import { virtualServiceSpec } from "./virtualService";

/** Arguments of {@link IstioGateway}. */
export type IstioGatewayArgs = GatewayArgs<IstioSettings>;

/**
 * One VirtualService, named like the API and in its namespace, that routes the API's path from the platform's
 * Istio Gateway to the implementation's Service.
 */
export class IstioGateway extends pulumi.ComponentResource implements GatewayComponent {
  readonly routeUid: pulumi.Output<string>;
  readonly versions: pulumi.Output<ObjectVersions>;
  readonly virtualService: kubernetes.apiextensions.CustomResource;

  constructor(name: string, args: IstioGatewayArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:istio:IstioGateway", name, {}, options);
    const { apiVersion, kind, fields } = virtualService(args.api, args.settings);
    this.virtualService = new kubernetes.apiextensions.CustomResource(
      name,
      { apiVersion, kind, metadata: leafMetadata(args.api, args.owner), ...fields },
      { parent: this, aliases: otherVersions(args.settings.apiVersion) },
    );
    this.routeUid = this.virtualService.metadata.uid;
    this.versions = versionsOf([this.virtualService]);
    this.registerOutputs({ routeUid: this.routeUid });
  }
}

/** A cluster that starts to serve a newer version of the API keeps its routes: the resource only changes type. */
function otherVersions(apiVersion: IstioSettings["apiVersion"]): pulumi.Alias[] {
  const versions: readonly IstioSettings["apiVersion"][] = [
    "networking.istio.io/v1",
    "networking.istio.io/v1beta1",
  ];
  return versions
    .filter((version) => version !== apiVersion)
    .map((version) => ({ type: `kubernetes:${version}:VirtualService` }));
}

function virtualService(api: ExposedApi, settings: IstioSettings): OwnedObject {
  return {
    apiVersion: settings.apiVersion,
    kind: "VirtualService",
    namespace: api.namespace,
    name: api.name,
    fieldManager: fieldManager(api),
    fields: { spec: virtualServiceSpec(api, settings) },
  };
}

function routes(api: ExposedApi, settings: IstioSettings): readonly string[] {
  return virtualServiceHosts(api, settings).map((host) => `${settings.gateway} ${host}${api.path}`);
}

/** No policy is enforced at an Istio gateway yet. */
function policies(api: ExposedApi): readonly PolicyOutcome[] {
  return requestedPolicies(api).map((policy) => ({ policy }));
}

/** Istio, as an entry in the table of gateways. */
export const istioGateway: Gateway<IstioSettings> = {
  create: (name, args, options) => new IstioGateway(name, args, options),
  publicUrl: istioPublicUrl,
  routes,
  objects: (api, settings) => [virtualService(api, settings)],
  policies,
};
