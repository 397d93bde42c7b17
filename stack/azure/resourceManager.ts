// Requests to the entities of an API Management service, in Azure Resource Manager.
import { type TokenCredential } from "@azure/core-auth";
import {
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
  type PipelineRetryOptions,
} from "@azure/core-rest-pipeline";
import { type AzureApimSettings } from "../../components";
import { TransientError, type TransientReason } from "../errors";
import { defaultCredential } from "./credential";
import { credentialProblem, firstLine, isCredentialError } from "./sdkErrors";

/** Which service it is. */
export type ApimService = Pick<AzureApimSettings, "subscriptionId" | "resourceGroup" | "serviceName">;

/** How Azure Resource Manager is asked. */
export interface ResourceManagerOptions {
  /** DefaultAzureCredential unless it is said. */
  readonly credential?: TokenCredential;
  /** Azure Resource Manager, `https://host`; that of the public cloud unless it is said. */
  readonly endpoint?: string;
  /** Whether `endpoint` may be of the scheme http, for a stand-in on this machine: no token is sent to it. */
  readonly allowInsecure?: boolean;
  /** Retries of the SDK, which waits as long as a Retry-After says. */
  readonly retryOptions?: PipelineRetryOptions;
  /** Milliseconds that requests under one {@link ResourceManager.signal} may take with all their tries; 20 s unless it is said. */
  readonly deadline?: number;
}

/** One request. */
export interface EntityRequest {
  readonly method: HttpMethods;
  /** Names of collections and ids in turn, from the service on. */
  readonly path: readonly string[];
  /** Entity tag that the entity must have (RFC 9110, section 13.1.1). */
  readonly ifMatch?: string;
  /** See {@link ResourceManager.signal}. */
  readonly signal: AbortSignal;
}

/** The version that the Pulumi provider writes with. */
const API_VERSION = "2024-05-01";
const PUBLIC_CLOUD = "https://management.azure.com";
const DEADLINE = 20_000;
const RETRIES: PipelineRetryOptions = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4000 };

/** Asks Azure Resource Manager. The SDK is loaded at the first request. */
export class ResourceManager {
  private pipeline: Promise<Pipeline> | undefined;

  constructor(private readonly options: ResourceManagerOptions) {}

  /** A signal that ends what belongs together: at the deadline, or with the other. */
  signal(other?: AbortSignal): AbortSignal {
    const deadline = AbortSignal.timeout(this.options.deadline ?? DEADLINE);
    return AbortSignal.any([deadline, ...(other === undefined ? [] : [other])]);
  }

  /**
   * The answer to a request; undefined for an entity that is not there.
   *
   * @throws Error for any other answer than one of success: see {@link resourceManagerError}
   */
  async send(
    { subscriptionId, resourceGroup, serviceName }: ApimService,
    { method, path, ifMatch, signal }: EntityRequest,
  ): Promise<PipelineResponse | undefined> {
    const { endpoint = PUBLIC_CLOUD, allowInsecure = false } = this.options;
    const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } =
      await import("@azure/core-rest-pipeline");
    this.pipeline ??= this.createPipeline();
    const service =
      `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${encodeURIComponent(resourceGroup)}` +
      `/providers/Microsoft.ApiManagement/service/${encodeURIComponent(serviceName)}`;
    const request = createPipelineRequest({
      url: `${endpoint}${[service, ...path.map(encodeURIComponent)].join("/")}?api-version=${API_VERSION}`,
      method,
      headers: createHttpHeaders(ifMatch === undefined ? {} : { "if-match": ifMatch }),
      abortSignal: signal,
      allowInsecureConnection: allowInsecure,
    });
    const response = await (await this.pipeline).sendRequest(createDefaultHttpClient(), request);
    if (response.status === 404) return undefined;
    if (response.status < 200 || response.status > 299) throw new UnexpectedAnswer(response);
    return response;
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

class UnexpectedAnswer extends Error {
  constructor(readonly response: PipelineResponse) {
    super(`answered with status ${response.status}`);
  }
}

/** What an error of {@link ResourceManager.send} means for a run; `what` could not be done. */
export function resourceManagerError(error: unknown, what: string): TransientError {
  const because = (reason: TransientReason, why: string) => new TransientError(reason, `${what}: ${why}`);
  if (isCredentialError(error))
    return because("GatewayUnauthorized", `no identity: ${credentialProblem(error)}`);
  if (!(error instanceof UnexpectedAnswer)) return because("GatewayUnavailable", withoutDetails(error));
  const { status } = error.response;
  const why = `Azure Resource Manager ${error.message}`;
  if (status === 401 || status === 403) return because("GatewayUnauthorized", why);
  if (status === 409 || status === 412) return because("GatewayConflict", why);
  const isAway = status === 408 || status === 429 || status >= 500;
  return because(isAway ? "GatewayUnavailable" : "GatewayRejected", why);
}

function withoutDetails(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "AbortError" ? "Azure Resource Manager did not answer in time" : firstLine(error);
}
