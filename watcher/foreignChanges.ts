// Changes that somebody else made to an API at a gateway outside the cluster, by the entity tags that the gateway gives.
import { apimApiId, type ApiIdentity, type AzureApimSettings, type GatewaySettings } from "../components";
import { type ExposedApi } from "../spec";
import { changedEntities, type EntityEtags } from "../stack";
import { type ForeignChange } from "./gatewayMessages";
import { type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { type StackStatus } from "./ownStatus";

/** Reads the entity tags of an API, as `EntityTags` does. */
export interface EntityTagReader {
  /** @throws TransientError where the gateway cannot be asked */
  readonly read: (settings: AzureApimSettings, apiId: string, signal?: AbortSignal) => Promise<EntityEtags>;
}

/** What a gateway says of an API before a run. */
export interface BeforeRun {
  /** What somebody else has changed since the last run; undefined where nothing, or nobody can tell. */
  readonly change?: ForeignChange;
  /** Whether the run is to write over it. */
  readonly overwrites: boolean;
}

/** Compares the entity tags after one run with those before the next. Costs nothing behind other gateways. */
export class ForeignChanges {
  constructor(
    private readonly tags: EntityTagReader,
    private readonly log: Logger,
  ) {}

  /**
   * Before a run.
   *
   * @throws TransientError where the gateway cannot be asked: a run would wait for it, and keep others from running
   */
  async before(
    api: ExposedApi,
    gateway: GatewaySettings,
    last: StackStatus,
    signal: AbortSignal,
  ): Promise<BeforeRun> {
    if (gateway.type !== "azure-apim") return { overwrites: false };
    const apiId = apimApiId(api, gateway);
    const now = await this.tags.read(gateway, apiId, signal);
    const entities = last.etags === undefined ? [] : changedEntities(last.etags, now);
    if (entities.length === 0) return { overwrites: false };
    return {
      change: { entities, of: `API ${apiId} of ${gateway.serviceName}`, since: last.lastRun ?? "" },
      overwrites: (api.foreignChanges ?? gateway.foreignChanges) === "overwrite",
    };
  }

  /**
   * After a run that succeeded: what its own changes have led to. Undefined where that cannot be told, as after one that
   * failed: what it has begun may go on at the gateway.
   */
  async after(
    key: ObjectKey,
    api: ExposedApi,
    gateway: GatewaySettings,
    signal: AbortSignal,
  ): Promise<EntityEtags | undefined> {
    if (gateway.type !== "azure-apim") return undefined;
    try {
      return await this.tags.read(gateway, apimApiId(api, gateway), signal);
    } catch (error) {
      this.log.warn(
        { key, err: error },
        "entity tags not read: changes of others up to the next run go unnoticed",
      );
      return undefined;
    }
  }

  /**
   * Before a removal.
   *
   * @throws as {@link before} does
   */
  async beforeRemoval(
    api: ApiIdentity,
    gateway: GatewaySettings | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (gateway?.type === "azure-apim") await this.tags.read(gateway, apimApiId(api, gateway), signal);
  }
}
