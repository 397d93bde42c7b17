// Exposes an API through Azure API Management. Only `gateway.ts` loads this file, when it is needed.
import * as apim from "@pulumi/azure-native/apimanagement";
import * as pulumi from "@pulumi/pulumi";
import { declareObject } from "../declaredObject";
import { type GatewayBinding, type GatewayComponent } from "../gateway";
import { objectId, versionsOf, type ObjectVersions } from "../ownedObject";
import { bindingOf } from "./binding";
import { backendOf } from "./backend";
import { clusterObjects } from "./clusterSide";
import {
  apiArgs,
  backendArgs,
  diagnosticArgs,
  operationArgs,
  policyArgs,
  productLinkArgs,
  versionSetArgs,
} from "./entities";
import { apiIdOf, PLACE_INPUTS, placeNameOf } from "./names";
import { type AzureApimArgs } from "./policies/policy";
import { providerOf } from "./provider";

/** An import of a large document takes API Management some minutes. */
const TIMEOUTS: pulumi.CustomTimeouts = { create: "10m", update: "10m", delete: "5m" };

/**
 * An API in API Management, and its route in the cluster.
 *
 * In this order: who may use the route, the route, the Backend and the version set, the Api, what the Api has. What the
 * Api has goes with it when it is deleted, in one request and never before it: no policy is gone while its Api serves.
 * Without the address of the route only the cluster's side is declared.
 */
export class AzureApimGateway extends pulumi.ComponentResource implements GatewayComponent {
  readonly routeUid: pulumi.Output<string>;
  readonly versions: pulumi.Output<ObjectVersions>;
  readonly binding?: pulumi.Output<GatewayBinding>;

  constructor(name: string, args: AzureApimArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:azureApim:AzureApimGateway", name, {}, options);
    const [routeObject, ...others] = clusterObjects(args);
    const checks = others.map((object) =>
      declareObject(`${name}/${objectId(object)}`, object, args, { parent: this }),
    );
    const route = declareObject(`${name}/route`, routeObject, args, { parent: this, dependsOn: checks });
    this.versions = versionsOf([route, ...checks]);

    const backend = backendOf(args);
    const api = backend === undefined ? undefined : this.declareApi(name, args, backend, route);
    this.routeUid = api === undefined ? route.metadata.uid : idInService(args, api);
    if (api !== undefined) this.binding = api.apiRevision.apply((revision) => bindingOf(args, revision));
    this.registerOutputs({ routeUid: this.routeUid });
  }

  /**
   * With another id (`apiIds`), the Api is replaced: it is deleted first, as a service has one Api for a path. What it
   * refers to is a resource for each id, so that it is made before and deleted after: API Management refuses to delete
   * what is in use.
   */
  private declareApi(
    name: string,
    args: AzureApimArgs,
    backendUrl: string,
    route: pulumi.Resource,
  ): apim.Api {
    const prefix = `${name}/${placeNameOf(args.settings)}`;
    const besideApi = `${prefix}/${apiIdOf(args.api, args.settings)}`;
    const options: pulumi.CustomResourceOptions = {
      parent: this,
      provider: providerOf(args.settings),
      customTimeouts: TIMEOUTS,
      ignoreChanges: PLACE_INPUTS,
    };
    const backend = new apim.Backend(besideApi, backendArgs(args, backendUrl), {
      ...options,
      dependsOn: [route],
    });
    const versionSet = versionSetArgs(args);
    const needed =
      versionSet === undefined
        ? []
        : [new apim.ApiVersionSet(besideApi, versionSet, { ...options, dependsOn: [route] })];
    const api = new apim.Api(prefix, apiArgs(args, backendUrl), {
      ...options,
      dependsOn: [route, backend, ...needed],
    });
    this.declareParts(prefix, args, api, options);
    return api;
  }

  /** The policy comes first: an API without a document has no operation, and answers 404, until it is there. */
  private declareParts(
    prefix: string,
    args: AzureApimArgs,
    api: apim.Api,
    options: pulumi.CustomResourceOptions,
  ): void {
    const ofApi = { ...options, dependsOn: [api], deletedWith: api };
    const policy = new apim.ApiPolicy(prefix, policyArgs(args), ofApi);
    const afterPolicy = { ...ofApi, dependsOn: [api, policy] };
    for (const operation of operationArgs(args))
      new apim.ApiOperation(`${prefix}/${operation.operationId}`, operation, afterPolicy);
    const diagnostic = diagnosticArgs(args);
    if (diagnostic !== undefined) new apim.ApiDiagnostic(prefix, diagnostic, ofApi);
    for (const [product, link] of productLinkArgs(args))
      new apim.ProductApiLink(`${prefix}/${product}`, link, { ...options, dependsOn: [api, policy] });
  }
}

/** The id of an Api without what names the service, which may come from Key Vault. Known once the Api is there. */
function idInService({ api, settings }: AzureApimArgs, { id }: apim.Api): pulumi.Output<string> {
  return id.apply(() => `apis/${apiIdOf(api, settings)}`);
}
