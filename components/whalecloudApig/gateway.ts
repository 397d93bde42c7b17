// The WhaleCloud API gateway, as an entry in the table of gateways.
import * as pulumi from "@pulumi/pulumi";
import { type Gateway } from "../gateway";
import { type ObjectVersions } from "../ownedObject";
import { type WhalecloudApigSettings } from "./settings";

class WhalecloudApigGateway extends pulumi.ComponentResource {
  readonly routeUid = pulumi.output("");
  readonly versions = pulumi.output<ObjectVersions>({});
}

export const whalecloudApigGateway: Gateway<WhalecloudApigSettings> = {
  create: (name, _args, options) =>
    new WhalecloudApigGateway("oda-api:whalecloudApig:WhalecloudApigGateway", name, {}, options),
  publicUrl: () => ({ unknown: "the address of the gateway is not known" }),
  addressSource: ({ ingress }) =>
    ingress === undefined ? { from: "settings" } : { from: "ingress", ...ingress },
  routes: () => [],
  objects: () => [],
  policies: () => [],
  contextNeeds: () => [],
  platformObjects: () => [],
  needsPlatform: () => false,
};
