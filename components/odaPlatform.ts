// The component users see: what all APIs behind one gateway share.
import * as pulumi from "@pulumi/pulumi";
import { declareObject } from "./declaredObject";
import { gatewayFor, type GatewaySettings } from "./gateways";
import { objectId, versionsOf, type ObjectVersions } from "./ownedObject";

/** Arguments of {@link OdaPlatform}. */
export interface OdaPlatformArgs {
  /** The gateway whose objects are declared. */
  readonly gateway: GatewaySettings;
}

/**
 * What is at a gateway and belongs to no API of its own: behind Istio the token issuers, the filter that counts
 * requests and the certificates; at Azure API Management the named values, the logger, the products and so on. It
 * declares nothing where the gateway needs none of them.
 */
export class OdaPlatform extends pulumi.ComponentResource {
  /** Versions of the Kubernetes objects it declares. */
  readonly versions: pulumi.Output<ObjectVersions>;

  constructor(name: string, args: OdaPlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:index:OdaPlatform", name, {}, options);
    const { gateway: settings } = args;
    const gateway = gatewayFor(settings);
    const resources = gateway
      .platformObjects(settings)
      .map((object) => declareObject(`${name}/${objectId(object)}`, object, undefined, { parent: this }));
    gateway.createPlatform?.(name, settings, { parent: this });
    this.versions = versionsOf(resources);
    this.registerOutputs({ versions: this.versions });
  }
}
