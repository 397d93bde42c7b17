// The table of gateways: adding one is a folder and an entry here.
import { type ExposedApi, type FieldError } from "../spec";
import { azureApimGateway } from "./azureApim/gateway";
import { type AzureApimSettings } from "./azureApim/settings";
import {
  type AddressedApi,
  type AddressSource,
  type ApiContext,
  type BackendSource,
  type Gateway,
  type GatewayAddress,
  type GatewayArgs,
  type PolicyOutcome,
  type PublicUrl,
  type Route,
} from "./gateway";
import { istioGateway } from "./istio/istioGateway";
import { type IstioSettings } from "./istio/settings";
import { type OwnedObject } from "./ownedObject";
import { whalecloudApigGateway } from "./whalecloudApig/gateway";
import { type WhalecloudApigSettings } from "./whalecloudApig/settings";

/** Settings of the gateway an API is exposed through; `type` says which. */
export type GatewaySettings = IstioSettings | AzureApimSettings | WhalecloudApigSettings;

/** Names a gateway can be chosen by, in configuration and in the annotation `oda.tmforum.org/gateway`. */
export const gatewayTypes = [
  "istio",
  "azure-apim",
  "whalecloud-apig",
] as const satisfies readonly GatewaySettings["type"][];

/** Whether a gateway of this name can be chosen. */
export function isGatewayType(name: string): name is GatewaySettings["type"] {
  return (gatewayTypes as readonly string[]).includes(name);
}

const gateways: {
  readonly [Type in GatewaySettings["type"]]: Gateway<Extract<GatewaySettings, { type: Type }>>;
} = {
  istio: istioGateway,
  "azure-apim": azureApimGateway,
  "whalecloud-apig": whalecloudApigGateway,
};

/** The gateway that these settings configure. */
export function gatewayFor(settings: GatewaySettings): Gateway<GatewaySettings> {
  // Whoever has settings has the gateway of the same type.
  return gateways[settings.type] as Gateway<GatewaySettings>;
}

/** See {@link Gateway.publicUrl}. */
export function publicUrl(
  api: AddressedApi,
  settings: GatewaySettings,
  address: GatewayAddress | undefined,
): PublicUrl {
  return gatewayFor(settings).publicUrl(api, settings, address);
}

/** See {@link Gateway.routes}. */
export function routesOf(api: ExposedApi, settings: GatewaySettings): readonly Route[] {
  return gatewayFor(settings).routes(api, settings);
}

/** See {@link Gateway.objects}. */
export function gatewayObjects(args: GatewayArgs<GatewaySettings>): readonly OwnedObject[] {
  return gatewayFor(args.settings).objects(args);
}

/** See {@link Gateway.policies}. */
export function policiesOf(args: GatewayArgs<GatewaySettings>): readonly PolicyOutcome[] {
  return gatewayFor(args.settings).policies(args);
}

/** See {@link Gateway.platformObjects}. */
export function platformObjects(settings: GatewaySettings): readonly OwnedObject[] {
  return gatewayFor(settings).platformObjects(settings);
}

/** See {@link Gateway.specErrors}; none for a gateway without rules of its own. */
export function specErrors(api: ExposedApi, settings: GatewaySettings): readonly FieldError[] {
  return gatewayFor(settings).specErrors?.(api, settings) ?? [];
}

/** See {@link Gateway.contextNeeds}. */
export function contextNeeds(api: ExposedApi, settings: GatewaySettings): readonly (keyof ApiContext)[] {
  return gatewayFor(settings).contextNeeds(api, settings);
}

/** See {@link Gateway.needsPlatform}. */
export function needsPlatform(api: ExposedApi, settings: GatewaySettings): boolean {
  return gatewayFor(settings).needsPlatform(api, settings);
}

/** See {@link Gateway.addressSource}. */
export function addressSource(settings: GatewaySettings): AddressSource {
  return gatewayFor(settings).addressSource(settings);
}

/** See {@link Gateway.backendSource}; undefined for a gateway inside the cluster. */
export function backendSource(api: ExposedApi, settings: GatewaySettings): BackendSource | undefined {
  return gatewayFor(settings).backendSource?.(api, settings);
}

/** See {@link Gateway.awaited}; nothing for a gateway inside the cluster. */
export function awaited(args: GatewayArgs<GatewaySettings>): readonly (keyof ApiContext)[] {
  return gatewayFor(args.settings).awaited?.(args) ?? [];
}
