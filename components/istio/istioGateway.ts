// Exposes an API through an Istio ingress gateway.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../../spec";
import { type Gateway, type GatewayArgs, type GatewayComponent, type Route } from "../gateway";
import { objectMetadata } from "../kubernetesMetadata";
import { objectId, versionsOf, type ObjectVersions, type OwnedObject } from "../ownedObject";
import { otherVersions } from "../servedVersions";
import {
  istioContextNeeds,
  istioNeedsPlatform,
  istioObjects,
  istioOutcomes,
  istioPlatformObjects,
} from "./objects";
import { type IstioSettings } from "./settings";
import { istioPublicUrl, virtualServiceHosts } from "./url";

/** Arguments of {@link IstioGateway}. */
export type IstioGatewayArgs = GatewayArgs<IstioSettings>;

/**
 * One VirtualService, named like the API and in its namespace, that routes the API's path from the platform's
 * Istio Gateway to the implementation's Service; and the objects that enforce the policies of the API.
 *
 * The policies are there before the route is, and longer.
 */
export class IstioGateway extends pulumi.ComponentResource implements GatewayComponent {
  readonly routeUid: pulumi.Output<string>;
  readonly versions: pulumi.Output<ObjectVersions>;
  readonly virtualService: kubernetes.apiextensions.CustomResource;

  constructor(name: string, args: IstioGatewayArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:istio:IstioGateway", name, {}, options);
    const [virtualService, ...others] = istioObjects(args);
    const policies = others.map((object) => this.declare(`${name}/${objectId(object)}`, object, args));
    this.virtualService = this.declare(name, virtualService, args, policies);
    this.routeUid = this.virtualService.metadata.uid;
    this.versions = versionsOf([this.virtualService, ...policies]);
    this.registerOutputs({ routeUid: this.routeUid });
  }

  private declare(
    name: string,
    object: OwnedObject,
    { api, owner }: IstioGatewayArgs,
    dependsOn: pulumi.Resource[] = [],
  ): kubernetes.apiextensions.CustomResource {
    const { apiVersion, kind, fields } = object;
    return new kubernetes.apiextensions.CustomResource(
      name,
      { apiVersion, kind, metadata: objectMetadata(object, api, owner), ...fields },
      { parent: this, aliases: otherVersions(object), dependsOn },
    );
  }
}

function routes(api: ExposedApi, settings: IstioSettings): readonly Route[] {
  const { gateway } = settings;
  return virtualServiceHosts(api, settings).map((host) => ({ gateway, host, path: api.path }));
}

/** Istio, as an entry in the table of gateways. */
export const istioGateway: Gateway<IstioSettings> = {
  create: (name, args, options) => new IstioGateway(name, args, options),
  publicUrl: istioPublicUrl,
  addressSource: () => ({ from: "gateway" }),
  routes,
  objects: istioObjects,
  policies: istioOutcomes,
  platformObjects: istioPlatformObjects,
  contextNeeds: istioContextNeeds,
  needsPlatform: istioNeedsPlatform,
};
