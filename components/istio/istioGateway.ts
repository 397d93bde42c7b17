// Exposes an API through an Istio ingress gateway.
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../../spec";
import { declareObject } from "../declaredObject";
import { type Gateway, type GatewayArgs, type GatewayComponent, type Route } from "../gateway";
import { objectId, versionsOf, type ObjectVersions } from "../ownedObject";
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
    const policies = others.map((object) =>
      declareObject(`${name}/${objectId(object)}`, object, args, { parent: this }),
    );
    this.virtualService = declareObject(name, virtualService, args, { parent: this, dependsOn: policies });
    this.routeUid = this.virtualService.metadata.uid;
    this.versions = versionsOf([this.virtualService, ...policies]);
    this.registerOutputs({ routeUid: this.routeUid });
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
