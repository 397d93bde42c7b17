// Clients of the API server over kept connections.
import { Agent } from "node:https";
import {
  ApisApi,
  CoreV1Api,
  createConfiguration,
  CustomObjectsApi,
  DiscoveryV1Api,
  ServerConfiguration,
  type KubeConfig,
  type Middleware,
} from "@kubernetes/client-node";

/** The typed clients the watcher uses. They throw the library's `ApiException`, whose `code` is the HTTP status. */
export interface Clients {
  readonly apis: ApisApi;
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly objects: CustomObjectsApi;
}

/** Milliseconds a request may take before it is given up. Watches are not requests of these clients. */
const REQUEST_TIMEOUT = 30_000;

/** Connections to the API server that may be open at a time. */
const MAX_SOCKETS = 32;

/**
 * Clients for the current context. The library makes an agent, and so a TLS handshake, for every request; these
 * share one for as long as the credentials it holds stay the same.
 *
 * @throws Error when the configuration has no current cluster.
 */
export function createClients(config: KubeConfig): Clients {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig has no current cluster");
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    promiseMiddleware: [keepConnections()],
  });
  return {
    apis: new ApisApi(configuration),
    core: new CoreV1Api(configuration),
    discovery: new DiscoveryV1Api(configuration),
    objects: new CustomObjectsApi(configuration),
  };
}

function keepConnections(): Middleware {
  let kept: { readonly agent: Agent; readonly credentials: string } | undefined;
  return {
    pre: (request) => {
      request.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT));
      const fresh: unknown = request.getAgent();
      // A proxy agent is left alone.
      if (!(fresh instanceof Agent) || fresh.constructor !== Agent) return Promise.resolve(request);
      const { ca, cert, key } = fresh.options;
      const credentials = JSON.stringify([ca, cert, key]);
      if (kept?.credentials !== credentials) {
        kept = {
          agent: new Agent({ ...fresh.options, keepAlive: true, maxSockets: MAX_SOCKETS }),
          credentials,
        };
      }
      request.setAgent(kept.agent);
      return Promise.resolve(request);
    },
    post: (response) => Promise.resolve(response),
  };
}

/** Whether a namespace exists; undefined where the API server does not tell. */
export async function namespaceExists({ core }: Clients, name: string): Promise<boolean | undefined> {
  try {
    await core.readNamespace({ name });
    return true;
  } catch (error) {
    return statusOf(error) === 404 ? false : undefined;
  }
}

/**
 * The data of a ConfigMap; undefined where there is none.
 *
 * @throws the client's error when the API server does not answer, or refuses to.
 */
export async function configMapData(
  { core }: Clients,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return (await core.readNamespacedConfigMap({ namespace, name })).data ?? {};
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** HTTP status of a failed request, or undefined when the server was not reached. */
export function statusOf(error: unknown): number | undefined {
  return (error as { code?: unknown }).code as number | undefined;
}

/** The API server's own words about a failed request. */
export function messageOf(error: unknown): string {
  const { body } = error as { body?: unknown };
  if (typeof body === "string") {
    try {
      return (JSON.parse(body) as { message?: string }).message ?? body;
    } catch {
      return body;
    }
  }
  return error instanceof Error ? error.message : String(error);
}
