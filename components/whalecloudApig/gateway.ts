// The WhaleCloud API gateway, as an entry in the table of gateways.
import { type Gateway } from "../gateway";
import { apigOutcomes } from "./policies";
import { type WhalecloudApigSettings } from "./settings";
import { specErrors } from "./specification";
import { apigPublicUrl, apigRoutes } from "./url";
import { WhalecloudApigGateway } from "./whalecloudApigGateway";

/** Nothing of it is in the cluster but the Ingress that the platform team keeps. */
export const whalecloudApigGateway: Gateway<WhalecloudApigSettings> = {
  create: (name, args, options) => new WhalecloudApigGateway(name, args, options),
  publicUrl: apigPublicUrl,
  addressSource: ({ ingress }) =>
    ingress === undefined ? { from: "settings" } : { from: "ingress", ...ingress },
  specErrors,
  routes: apigRoutes,
  objects: () => [],
  policies: ({ api }) => apigOutcomes(api),
  contextNeeds: () => [],
  platformObjects: () => [],
  needsPlatform: () => false,
};
