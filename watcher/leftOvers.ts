// What a run made at a gateway outside the cluster and could not note, for it was stopped: the gateway has it, the state has not.
import {
  apimEntityId,
  apimMark,
  type ApiIdentity,
  type GatewaySettings,
  type OwnerReference,
} from "../components";
import { TransientError, type ApimService } from "../stack";
import { readPlace } from "./gatewayPlaces";
import { type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";

/** Deletes entities of a service, as `LeftOvers` does. */
export interface EntityRemover {
  /**
   * Deletes those of these entities that bear a mark, in this order. One that is not there counts as done.
   *
   * @param ids relative to the service, as `apis/catalog`
   * @returns the ids of those that were deleted
   * @throws TransientError where the gateway cannot be asked
   */
  readonly remove: (
    service: ApimService,
    ids: readonly string[],
    mark: string,
    signal?: AbortSignal,
  ) => Promise<readonly string[]>;
}

/** An API, by the object that it was made for. */
export interface MadeFor {
  readonly api: ApiIdentity;
  readonly owner: OwnerReference;
}

/** How the provider refuses to make what is there already; the id is shown within the service. */
const EXISTS = /cannot create already existing (?:sub)?resource '(?:[^']*\/service\/[^/']+\/)?([^']+)'/;

/** Removes what is left over, known by the mark that everything made for an object bears. */
export class LeftOverEntities {
  constructor(
    private readonly remover: EntityRemover,
    private readonly log: Logger,
  ) {}

  /**
   * After a run that failed: where it could not make an entity that an earlier run of the same object has made, that
   * one goes, and the next run makes it. Nothing else does: what the state has may be serving.
   */
  async afterFailure(
    key: ObjectKey,
    { owner }: MadeFor,
    gateway: GatewaySettings,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (gateway.type !== "azure-apim" || !(error instanceof TransientError)) return;
    const id = error.reason === "GatewayConflict" ? EXISTS.exec(error.message)?.[1] : undefined;
    if (id === undefined) return;
    try {
      await this.remove(key, gateway, [id], owner, signal);
    } catch (failure) {
      this.log.warn({ key, entity: id, err: failure }, "cannot remove what an earlier run left");
    }
  }

  /**
   * At a place where the state has nothing any more.
   *
   * @param of see `placeOf`
   * @throws TransientError where the gateway cannot be asked
   */
  async at(of: string, key: ObjectKey, { owner }: MadeFor, signal: AbortSignal): Promise<void> {
    const place = readPlace(of);
    if (place === undefined) return;
    const { apiId, service } = place;
    const entity = apimEntityId(apiId);
    const ids = [`apis/${apiId}`, `backends/${entity}`, `apiVersionSets/${entity}`];
    await this.remove(key, service, ids, owner, signal);
  }

  private async remove(
    key: ObjectKey,
    service: ApimService,
    ids: readonly string[],
    owner: OwnerReference,
    signal: AbortSignal,
  ): Promise<void> {
    const mark = apimMark(owner);
    if (mark === undefined) return;
    const removed = await this.remover.remove(service, ids, mark, signal);
    if (removed.length > 0)
      this.log.warn({ key, removed }, "removed what an earlier run left at the gateway");
  }
}
