// Entities in Azure API Management that a run made and could not note in the state, for it was stopped meanwhile.
import {
  ResourceManager,
  resourceManagerError,
  type ApimService,
  type ResourceManagerOptions,
} from "./resourceManager";

/** An entity as Azure Resource Manager tells of it. */
interface Entity {
  readonly properties?: { readonly apiRevisionDescription?: unknown; readonly description?: unknown };
}

/** Deletes entities that bear a mark, and no others. The SDK is loaded at the first request. */
export class LeftOvers {
  private readonly arm: ResourceManager;

  constructor(options: ResourceManagerOptions = {}) {
    this.arm = new ResourceManager(options);
  }

  /**
   * Deletes those of these entities that bear the mark, in this order. One below an API, as a policy, goes where the API
   * bears it. One that is not there counts as done.
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
    const root = path.slice(0, 2);
    const found = await this.arm.send(service, { method: "GET", path: root, signal });
    if (found === undefined || !bears(mark, found.bodyAsText)) return false;
    // Not what somebody else makes of it in between.
    const tag = path.length > root.length ? undefined : found.headers.get("etag");
    const ifMatch = tag === undefined ? {} : { ifMatch: tag };
    const answer = await this.arm.send(service, { method: "DELETE", path, signal, ...ifMatch });
    return answer !== undefined && answer.status !== 204;
  }
}

function bears(mark: string, body: string | null | undefined): boolean {
  const { properties } = JSON.parse(body ?? "{}") as Entity;
  return properties?.apiRevisionDescription === mark || properties?.description === mark;
}
