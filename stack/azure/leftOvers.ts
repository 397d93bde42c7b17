// Entities in Azure API Management that a run made and could not note in the state, for it was stopped meanwhile.
import { type PipelineResponse } from "@azure/core-rest-pipeline";
import {
  ResourceManager,
  resourceManagerError,
  type ApimService,
  type ResourceManagerOptions,
} from "./resourceManager";

/** Properties of an entity as Azure Resource Manager tells of them. */
interface Properties {
  readonly apiRevisionDescription?: unknown;
  readonly description?: unknown;
  /** Of the link of an API to a product: the API's id in Azure Resource Manager. */
  readonly apiId?: unknown;
}

/** Deletes entities that bear a mark, and no others. The SDK is loaded at the first request. */
export class LeftOvers {
  private readonly arm: ResourceManager;

  constructor(options: ResourceManagerOptions = {}) {
    this.arm = new ResourceManager(options);
  }

  /**
   * Deletes those of these entities that bear the mark, in this order. One below an API, as a policy, goes where the API
   * bears it, and the link of an API to a product too. One that is not there counts as done.
   *
   * @param ids relative to the service, as `apis/catalog`
   * @param mark see `apimMark`
   * @returns the ids of those that were deleted
   * @throws {@link TransientError} GatewayUnavailable, GatewayUnauthorized, GatewayConflict or GatewayRejected
   */
  async remove(
    service: ApimService,
    ids: readonly string[],
    mark: string,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const together = this.arm.signal(signal);
    const removed: string[] = [];
    for (const id of ids) {
      try {
        if (await this.removeOne(service, id.split("/"), mark, together)) removed.push(id);
      } catch (error) {
        throw resourceManagerError(error, `${id} of API Management ${service.serviceName} cannot be deleted`);
      }
    }
    return removed;
  }

  private async removeOne(
    service: ApimService,
    path: readonly string[],
    mark: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const found = await this.arm.send(service, { method: "GET", path, signal });
    const holder = found && holderOf(path, propertiesOf(found));
    if (found === undefined || holder === undefined) return false;
    const isItself = holder.length === path.length;
    const marked = isItself ? found : await this.arm.send(service, { method: "GET", path: holder, signal });
    if (marked === undefined || !bears(mark, propertiesOf(marked))) return false;
    // What somebody else makes of it in between stays. A part of an API has no mark that they could take from it.
    const ifMatch = (isItself ? found.headers.get("etag") : undefined) ?? "*";
    const answer = await this.arm.send(service, { method: "DELETE", path, signal, ifMatch });
    return answer !== undefined && answer.status !== 204;
  }
}

/** The entity that says whose this one is: itself, or its API. What is below a product is the product's, or others'. */
function holderOf(path: readonly string[], { apiId }: Properties): readonly string[] | undefined {
  const [collection = "", id = "", part] = path;
  if (path.length === 2) return path;
  if (collection === "apis") return [collection, id];
  if (collection !== "products" || part !== "apiLinks" || typeof apiId !== "string") return undefined;
  const api = apiId.split("/").at(-1) ?? "";
  return api === "" ? undefined : ["apis", api];
}

function propertiesOf({ bodyAsText }: PipelineResponse): Properties {
  let entity: unknown;
  try {
    entity = JSON.parse(bodyAsText ?? "");
  } catch {
    // The words of JSON.parse have a piece of what was answered.
    throw new Error("Azure Resource Manager answered with something else than JSON");
  }
  return (entity as { readonly properties?: Properties } | null)?.properties ?? {};
}

function bears(mark: string, { apiRevisionDescription, description }: Properties): boolean {
  return apiRevisionDescription === mark || description === mark;
}
