// Changes that somebody else made to an API at a gateway outside the cluster, by the entity tags that the gateway gives.
import { type GatewaySettings } from "../components";
import { type ExposedApi } from "../spec";
import { changedEntities, type ApimService, type EntityEtags } from "../stack";
import { type ForeignChange } from "./gatewayMessages";
import { placeOf, readPlace } from "./gatewayPlaces";
import { type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { type PlacedEtags, type StackStatus } from "./ownStatus";

/** Reads the entity tags of an API, as `EntityTags` does. */
export interface EntityTagReader {
  /** @throws TransientError where the gateway cannot be asked */
  readonly read: (service: ApimService, apiId: string, signal?: AbortSignal) => Promise<EntityEtags>;
}

/** What a gateway says of an API before a run. */
export interface BeforeRun {
  /** What somebody else has changed since the last run; undefined where nothing, or nobody can tell. */
  readonly change?: ForeignChange;
  /** Whether the run is to write over it. */
  readonly overwrites: boolean;
  /** The entity tags as they are. */
  readonly etags?: PlacedEtags;
}

/** Compares the entity tags after one run with those before the next. Costs nothing behind other gateways. */
export class ForeignChanges {
  constructor(
    private readonly tags: EntityTagReader,
    private readonly log: Logger,
  ) {}

  /**
   * Before a run. Where the API was at another place, the tags of that place say nothing of this one.
   *
   * @throws TransientError where the gateway cannot be asked: a run would wait for it, and keep others from running
   */
  async before(
    api: ExposedApi,
    gateway: GatewaySettings,
    last: StackStatus,
    signal: AbortSignal,
  ): Promise<BeforeRun> {
    const etags = await this.read(placeOf(api, gateway), signal);
    if (etags === undefined || gateway.type !== "azure-apim") return { overwrites: false };
    const entities = last.etags?.of === etags.of ? changedEntities(last.etags, etags) : [];
    if (entities.length === 0) return { overwrites: false, etags };
    const of = `API ${readPlace(etags.of)?.apiId ?? api.name} of ${gateway.serviceName}`;
    return {
      change: { entities, of, since: last.lastRun ?? "" },
      overwrites: (api.foreignChanges ?? gateway.foreignChanges) === "overwrite",
      etags,
    };
  }

  /**
   * After a run that succeeded: what its own changes have led to. Undefined where that cannot be told, as after one that
   * failed at the gateway: what it has begun may go on there.
   */
  async after(
    key: ObjectKey,
    api: ExposedApi,
    gateway: GatewaySettings,
    signal: AbortSignal,
  ): Promise<PlacedEtags | undefined> {
    try {
      return await this.read(placeOf(api, gateway), signal);
    } catch (error) {
      this.log.warn(
        { key, err: error },
        "entity tags not read: changes of others up to the next run go unnoticed",
      );
      return undefined;
    }
  }

  /**
   * Before a removal: whether the gateways where the API may be can be asked.
   *
   * @throws as {@link before} does
   */
  async beforeRemoval({ etags, told = [] }: StackStatus, signal: AbortSignal): Promise<void> {
    for (const place of new Set([...(etags === undefined ? [] : [etags.of]), ...told])) {
      await this.read(place, signal);
    }
  }

  private async read(of: string | undefined, signal: AbortSignal): Promise<PlacedEtags | undefined> {
    const place = of === undefined ? undefined : readPlace(of);
    if (of === undefined || place === undefined) return undefined;
    return { of, ...(await this.tags.read(place.service, place.apiId, signal)) };
  }
}
