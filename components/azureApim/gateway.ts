// Azure API Management, as an entry in the table of gateways.
import { type ExposedApi, type FieldError } from "../../spec";
import { type AddressedApi, type ApiContext, type Gateway, type PublicUrl, type Route } from "../gateway";
import type * as gatewayModule from "./azureApimGateway";
import type * as platformModule from "./azureApimPlatform";
import { backendOf, backendSourceOf } from "./backend";
import { clusterContextNeeds, clusterObjects, clusterRoutes } from "./clusterSide";
import { namesDocument } from "./document";
import { mutualTlsObjects } from "./mutualTls";
import { apiIdOf } from "./names";
import { hasPlatformEntities } from "./platformEntities";
import { azureApimOutcomes } from "./policies";
import { type AzureApimSettings } from "./settings";
import { mayHaveVersionSet } from "./versions";

/** Longest path of an API there (Azure Resource Manager, "Microsoft.ApiManagement service/apis"). */
const MAX_PATH = 400;

/**
 * The SDK of the Azure provider is needed by APIs behind API Management only. A component is made in one go: it cannot
 * wait for an `import()`.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
function loadGateway(): typeof gatewayModule {
  return require("./azureApimGateway") as typeof gatewayModule;
}

function loadPlatform(): typeof platformModule {
  return require("./azureApimPlatform") as typeof platformModule;
}
/* eslint-enable @typescript-eslint/no-require-imports */

/** A host name of the API's own is a custom domain of the service, which its owner sets up there. */
function publicUrl({ hostname, path }: AddressedApi, { gatewayUrl }: AzureApimSettings): PublicUrl {
  const ip = new URL(gatewayUrl).hostname;
  return { url: `${hostname === undefined ? gatewayUrl : `https://${hostname}`}${path}`, ip };
}

/** API Management finds an API by its path alone, whatever the host of a request is; and it has one API of an id. */
function routes(api: ExposedApi, settings: AzureApimSettings): readonly Route[] {
  const gateway = `azure-apim/${settings.serviceName}`;
  return [
    { gateway, host: new URL(settings.gatewayUrl).hostname, path: api.path },
    { gateway: `${gateway}/apis`, host: apiIdOf(api, settings), path: "/" },
    ...clusterRoutes(api, settings),
  ];
}

function contextNeeds(api: ExposedApi, settings: AzureApimSettings): readonly (keyof ApiContext)[] {
  const needs: readonly (readonly [keyof ApiContext, boolean])[] = [
    ["backend", backendSourceOf(api, settings).from !== "settings"],
    ["document", namesDocument(api)],
    ["versionSetHolder", mayHaveVersionSet(api)],
  ];
  return [
    ...clusterContextNeeds(api, settings),
    ...needs.filter(([, isNeeded]) => isNeeded).map(([part]) => part),
  ];
}

function specErrors({ path }: ExposedApi): readonly FieldError[] {
  if (path.length <= MAX_PATH) return [];
  const rule = `must be at most ${MAX_PATH} characters, as Azure API Management takes it`;
  return [{ field: "spec.path", value: path, rule }];
}

/** Azure API Management, as an entry in the table of gateways. */
export const azureApimGateway: Gateway<AzureApimSettings> = {
  create: (name, args, options) => new (loadGateway().AzureApimGateway)(name, args, options),
  publicUrl,
  addressSource: () => ({ from: "settings" }),
  backendSource: backendSourceOf,
  awaited: (args) => (backendOf(args) === undefined ? ["backend"] : []),
  routes,
  objects: clusterObjects,
  policies: azureApimOutcomes,
  specErrors,
  contextNeeds,
  createPlatform: (name, settings, options) =>
    hasPlatformEntities(settings)
      ? new (loadPlatform().AzureApimPlatform)(name, settings, options)
      : undefined,
  platformObjects: mutualTlsObjects,
  // Also where the settings name nothing: what they once named is to go.
  needsPlatform: () => true,
};
