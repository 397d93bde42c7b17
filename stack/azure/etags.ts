// Entity tags of an API in Azure API Management: whether somebody else has changed it since our last run.
import { optional } from "../../spec";
import {
  ResourceManager,
  resourceManagerError,
  type ApimService,
  type ResourceManagerOptions,
} from "./resourceManager";

/** The entity tag (RFC 9110, section 8.8.3) of each entity of an API; one that does not exist has none. */
export interface EntityEtags {
  readonly api?: string;
  readonly policy?: string;
}

/** How the entities are read. */
export type EntityTagsOptions = ResourceManagerOptions;

/** Reads entity tags. The SDK is loaded at the first read. */
export class EntityTags {
  private readonly arm: ResourceManager;

  constructor(options: EntityTagsOptions = {}) {
    this.arm = new ResourceManager(options);
  }

  /**
   * The entity tags of an API and its policy, as they are now.
   *
   * @param apiId id of the API in the service
   * @throws {@link TransientError} GatewayUnavailable, GatewayUnauthorized or GatewayRejected
   */
  async read(service: ApimService, apiId: string, signal?: AbortSignal): Promise<EntityEtags> {
    const together = this.arm.signal(signal);
    const tag = async (...path: readonly string[]): Promise<string | undefined> => {
      const answer = await this.arm.send(service, { method: "HEAD", path, signal: together });
      return answer?.headers.get("etag");
    };
    try {
      const [ofApi, ofPolicy] = await Promise.all([
        tag("apis", apiId),
        tag("apis", apiId, "policies", "policy"),
      ]);
      return { ...optional("api", ofApi), ...optional("policy", ofPolicy) };
    } catch (error) {
      const what = `the entity tag of the API ${apiId} of API Management ${service.serviceName}`;
      throw resourceManagerError(error, `${what} cannot be read`);
    }
  }
}

/** An entity of an API, by its class in the Pulumi provider. */
export type ChangedEntity = "Api" | "ApiPolicy";

/** Which entities are others than they were: changed, made or deleted in between. */
export function changedEntities(before: EntityEtags, after: EntityEtags): readonly ChangedEntity[] {
  return [
    ...(before.api === after.api ? [] : (["Api"] as const)),
    ...(before.policy === after.policy ? [] : (["ApiPolicy"] as const)),
  ];
}
