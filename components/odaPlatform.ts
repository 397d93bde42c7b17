// The component users see: what all APIs behind one gateway share.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { gatewayFor, type GatewaySettings } from "./gateways";
import { platformMetadata } from "./kubernetesMetadata";
import { objectId, versionsOf, type ObjectVersions } from "./ownedObject";
import { otherVersions } from "./servedVersions";

/** Arguments of {@link OdaPlatform}. */
export interface OdaPlatformArgs {
  /** The gateway whose objects are declared. */
  readonly gateway: GatewaySettings;
}

/**
 * The objects at a gateway that belong to no API of its own: behind Istio the token issuers, the filter that counts
 * requests and the certificates. It declares nothing where the gateway needs none of them.
 */
export class OdaPlatform extends pulumi.ComponentResource {
  /** Versions of the Kubernetes objects it declares. */
  readonly versions: pulumi.Output<ObjectVersions>;

  constructor(name: string, args: OdaPlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:index:OdaPlatform", name, {}, options);
    const objects = gatewayFor(args.gateway).platformObjects(args.gateway);
    const resources = objects.map((object) => {
      const { apiVersion, kind, fields } = object;
      return new kubernetes.apiextensions.CustomResource(
        `${name}/${objectId(object)}`,
        { apiVersion, kind, metadata: platformMetadata(object), ...fields },
        { parent: this, aliases: otherVersions(object) },
      );
    });
    this.versions = versionsOf(resources);
    this.registerOutputs({ versions: this.versions });
  }
}
