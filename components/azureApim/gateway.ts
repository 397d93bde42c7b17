// Azure API Management, as an entry in the table of gateways.
import * as pulumi from "@pulumi/pulumi";
import { type Gateway } from "../gateway";
import { type ObjectVersions } from "../ownedObject";
import { type AzureApimSettings } from "./settings";

class AzureApimGateway extends pulumi.ComponentResource {
  readonly routeUid = pulumi.output("");
  readonly versions = pulumi.output<ObjectVersions>({});
}

export const azureApimGateway: Gateway<AzureApimSettings> = {
  create: (name, _args, options) =>
    new AzureApimGateway("oda-api:azureApim:AzureApimGateway", name, {}, options),
  publicUrl: (api, settings) => ({ url: `${settings.gatewayUrl}${api.path}` }),
  addressSource: () => ({ from: "settings" }),
  routes: () => [],
  objects: () => [],
  policies: () => [],
  contextNeeds: () => ["backend", "document", "versionSetHolder"],
  platformObjects: () => [],
  needsPlatform: () => false,
};
