// Names of the entities of an API in Azure API Management, their ids in Azure Resource Manager, and those of its resources.
import { shortDigest, shortened, type ExposedApi } from "../../spec";
import { type OwnerReference } from "../kubernetesMetadata";
import { type AzureApimSettings } from "./settings";

/** Longest id of an API (Azure Resource Manager, "Microsoft.ApiManagement service/apis"). */
const MAX_API_ID = 256;

/** Longest id of the other entities of an API. */
const MAX_ID = 80;

/**
 * Id of an API: no revision is part of it. A namespace and a name may make the same text as others do, which shows as
 * a conflict of routes.
 */
export function apiIdOf(
  { namespace, name }: Pick<ExposedApi, "namespace" | "name">,
  { apiIds }: Pick<AzureApimSettings, "apiIds">,
): string {
  return shortened(apiIds === "name" ? name : `${namespace}-${name}`, MAX_API_ID);
}

/** Id of the Backend and of the version set of an API. */
export function entityIdOf(apiId: string): string {
  return shortened(apiId, MAX_ID);
}

/** Id of the link between an API and a product. */
export function linkIdOf(apiId: string, product: string): string {
  return shortened(`${product}-${apiId}`, MAX_ID);
}

/**
 * What the entities of an API that stand by themselves (Api, Backend, ApiVersionSet) say of where they come from. One
 * that a run has made, and was stopped before it could note that, is known by it. An API that is no object in a cluster
 * has none.
 */
export function markOf(owner: OwnerReference | undefined): string | undefined {
  return owner === undefined ? undefined : `Made for ${owner.kind} with uid ${owner.uid}`;
}

/**
 * The service, as the name of a resource in a stack has it: its own name, and a digest of subscription and resource
 * group. What is at another service is another resource, which is there before the first one goes. Azure takes all three
 * in upper and lower case.
 */
export function placeNameOf({
  subscriptionId,
  resourceGroup,
  serviceName,
}: Pick<AzureApimSettings, "subscriptionId" | "resourceGroup" | "serviceName">): string {
  return `${serviceName.toLowerCase()}-${shortDigest(`${subscriptionId}/${resourceGroup}`.toLowerCase())}`;
}

/** Name of the provider of a subscription, in a stack that may have resources in another one still. */
export function providerNameOf(subscriptionId: string): string {
  return `azure-${shortDigest(subscriptionId.toLowerCase())}`;
}

/**
 * What a service is called by is part of a resource's name already ({@link placeNameOf}). As inputs they replace the
 * resource, also where only the case of a letter has changed: the same service, in which what is in use cannot be replaced.
 */
export const PLACE_INPUTS = ["resourceGroupName", "serviceName"];

/** Resource id of an entity of the service. */
export function resourceId(settings: AzureApimSettings, type: string, id: string): string {
  return `${serviceId(settings)}/${type}/${id}`;
}

function serviceId({ subscriptionId, resourceGroup, serviceName }: AzureApimSettings): string {
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  return `${group}/providers/Microsoft.ApiManagement/service/${serviceName}`;
}

/** What every resource of the service names. */
export function inService({ resourceGroup, serviceName }: AzureApimSettings): {
  readonly resourceGroupName: string;
  readonly serviceName: string;
} {
  return { resourceGroupName: resourceGroup, serviceName };
}
