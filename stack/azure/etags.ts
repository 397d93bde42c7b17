// Entity tags of an API in Azure API Management: whether somebody else has changed it since our last run.
import { type TokenCredential } from "@azure/core-auth";
import { type Pipeline, type PipelineResponse, type PipelineRetryOptions } from "@azure/core-rest-pipeline";
import { type AzureApimSettings } from "../../components";
import { optional } from "../../spec";
import { TransientError, type TransientReason } from "../errors";
import { defaultCredential } from "./credential";
import { credentialProblem, firstLine, isCredentialError } from "./sdkErrors";

/** The entity tag (RFC 9110, section 8.8.3) of each entity of an API; one that does not exist has none. */
export interface EntityEtags {
  readonly api?: string;
  readonly policy?: string;
}

/** How the entities are read. */
export interface EntityTagsOptions {
  /** DefaultAzureCredential unless it is said. */
  readonly credential?: TokenCredential;
  /** Azure Resource Manager, `https://host`; that of the public cloud unless it is said. */
  readonly endpoint?: string;
  /** Whether `endpoint` may be of the scheme http, for a stand-in on this machine: no token is sent to it. */
  readonly allowInsecure?: boolean;
  /** Retries of the SDK, which waits as long as a Retry-After says. */
  readonly retryOptions?: PipelineRetryOptions;
  /** Milliseconds that one read may take with all its tries; 20 s unless it is said. */
  readonly deadline?: number;
}

/** The version that the Pulumi provider writes with. */
const API_VERSION = "2024-05-01";
const PUBLIC_CLOUD = "https://management.azure.com";
const DEADLINE = 20_000;
const RETRIES: PipelineRetryOptions = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4000 };

/** Reads entity tags. The SDK is loaded at the first read. */
export class EntityTags {
  private pipeline: Promise<Pipeline> | undefined;

  constructor(private readonly options: EntityTagsOptions = {}) {}

  /**
   * The entity tags of an API and its policy, as they are now.
   *
   * @param apiId id of the API in the service
   * @throws {@link TransientError} GatewayUnavailable, GatewayUnauthorized or GatewayRejected
   */
  async read(settings: AzureApimSettings, apiId: string, signal?: AbortSignal): Promise<EntityEtags> {
    const { serviceName, subscriptionId, resourceGroup } = settings;
    const api =
      `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${encodeURIComponent(resourceGroup)}` +
      `/providers/Microsoft.ApiManagement/service/${encodeURIComponent(serviceName)}/apis/${encodeURIComponent(apiId)}`;
    const deadline = AbortSignal.timeout(this.options.deadline ?? DEADLINE);
    const abort = AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]);
    try {
      const [ofApi, ofPolicy] = await Promise.all([
        this.tag(api, abort),
        this.tag(`${api}/policies/policy`, abort),
      ]);
      return { ...optional("api", ofApi), ...optional("policy", ofPolicy) };
    } catch (error) {
      throw failure(error, `the API ${apiId} of API Management ${serviceName}`);
    }
  }

  private async tag(path: string, abortSignal: AbortSignal): Promise<string | undefined> {
    const { endpoint = PUBLIC_CLOUD, allowInsecure = false } = this.options;
    const { createDefaultHttpClient, createPipelineRequest } = await import("@azure/core-rest-pipeline");
    this.pipeline ??= this.createPipeline();
    const request = createPipelineRequest({
      url: `${endpoint}${path}?api-version=${API_VERSION}`,
      method: "HEAD",
      abortSignal,
      allowInsecureConnection: allowInsecure,
    });
    const response = await (await this.pipeline).sendRequest(createDefaultHttpClient(), request);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw new UnexpectedAnswer(response);
    return response.headers.get("etag");
  }

  private async createPipeline(): Promise<Pipeline> {
    const { bearerTokenAuthenticationPolicy, createPipelineFromOptions } =
      await import("@azure/core-rest-pipeline");
    const {
      endpoint = PUBLIC_CLOUD,
      credential = defaultCredential(),
      retryOptions = RETRIES,
    } = this.options;
    const pipeline = createPipelineFromOptions({ retryOptions });
    // Azure's own clients send no token where others could read it.
    if (endpoint.startsWith("https:")) {
      pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: `${endpoint}/.default` }), {
        phase: "Sign",
      });
    }
    return pipeline;
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

class UnexpectedAnswer extends Error {
  constructor(readonly response: PipelineResponse) {
    super(`answered with status ${response.status}`);
  }
}

function failure(error: unknown, what: string): TransientError {
  const because = (reason: TransientReason, why: string) =>
    new TransientError(reason, `the entity tag of ${what} cannot be read: ${why}`);
  if (isCredentialError(error))
    return because("GatewayUnauthorized", `no identity: ${credentialProblem(error)}`);
  if (!(error instanceof UnexpectedAnswer)) return because("GatewayUnavailable", withoutDetails(error));
  const { status } = error.response;
  const why = `Azure Resource Manager ${error.message}`;
  if (status === 401 || status === 403) return because("GatewayUnauthorized", why);
  const isAway = status === 408 || status === 429 || status >= 500;
  return because(isAway ? "GatewayUnavailable" : "GatewayRejected", why);
}

function withoutDetails(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "AbortError" ? "Azure Resource Manager did not answer in time" : firstLine(error);
}
