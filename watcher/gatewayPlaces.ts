// Where an API is at a gateway outside the cluster, as its status notes it: by that it is found there with no settings.
import { apimApiId, type ApiIdentity, type GatewaySettings } from "../components";
import { type ApimService } from "../stack";

/** An API of Azure API Management. */
export interface ApimPlace {
  readonly service: ApimService;
  readonly apiId: string;
}

/**
 * Subscription (a UUID), resource group, service and id of an API. Anyone who may write a status may have written it:
 * nothing in it leads out of a service.
 */
const PLACE = /^([\da-f-]{36})\/([^/]{1,90})\/([a-z\d-]{1,50})\/([^/]{1,256})$/;

/**
 * The place of an API, `<subscription>/<resource group>/<service>/<id of the API>` in lower case, as Azure Resource
 * Manager does not tell cases apart. Undefined behind a gateway of which the cluster has everything.
 */
export function placeOf(api: ApiIdentity, gateway: GatewaySettings): string | undefined {
  if (gateway.type !== "azure-apim") return undefined;
  const { subscriptionId, resourceGroup, serviceName } = gateway;
  return `${subscriptionId}/${resourceGroup}/${serviceName}/${apimApiId(api, gateway)}`.toLowerCase();
}

/** The inverse of {@link placeOf}; undefined for what is no place. */
export function readPlace(text: string): ApimPlace | undefined {
  const [, subscriptionId, resourceGroup, serviceName, apiId] = PLACE.exec(text) ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || serviceName === undefined)
    return undefined;
  const isName = (id: string | undefined): id is string => id !== undefined && id !== "." && id !== "..";
  if (!isName(resourceGroup) || !isName(apiId)) return undefined;
  return { service: { subscriptionId, resourceGroup, serviceName }, apiId };
}
