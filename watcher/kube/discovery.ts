// What this cluster serves: which kinds, at which version, with which status.
import { type IstioSettings } from "../../components";
import { GROUP } from "../../spec";
import { statusOf, type Clients } from "./client";
import { type ApiResource } from "./objects";

const ISTIO_GROUP = "networking.istio.io";

const kinds = [
  { kind: "ExposedAPI", plural: "exposedapis" },
  { kind: "API", plural: "apis" },
] as const;

/**
 * The kinds of API object this cluster serves, each at its newest version; empty while no CRD is installed.
 *
 * @throws the client's error when the API server does not answer.
 */
export async function discoverApiResources(clients: Clients): Promise<readonly ApiResource[]> {
  const resources: ApiResource[] = [];
  for (const version of await servedVersions(clients, GROUP)) {
    const listed = await listedKinds(clients, GROUP, version);
    for (const { kind, plural } of kinds) {
      if (!listed.has(plural) || resources.some((found) => found.plural === plural)) continue;
      resources.push({
        kind,
        servedKind: listed.get(plural) ?? kind,
        plural,
        version,
        statusSubresource: listed.has(`${plural}/status`),
      });
    }
  }
  return resources;
}

/** The kind Component as this cluster serves it. */
export interface ComponentResource {
  /** Version to read and write, the newest one served. */
  readonly version: string;
  /** Whether status is written through a subresource of its own. */
  readonly statusSubresource: boolean;
}

/**
 * How this cluster serves Components; undefined while it does not.
 *
 * @throws the client's error when the API server does not answer.
 */
export async function discoverComponentResource(clients: Clients): Promise<ComponentResource | undefined> {
  for (const version of await servedVersions(clients, GROUP)) {
    const listed = await listedKinds(clients, GROUP, version);
    if (listed.has("components")) return { version, statusSubresource: listed.has("components/status") };
  }
  return undefined;
}

/** Newest served version of Istio's networking API that the components can write. */
export async function discoverIstioVersion(clients: Clients): Promise<IstioSettings["apiVersion"]> {
  const versions = await servedVersions(clients, ISTIO_GROUP);
  return versions.length > 0 && !versions.includes("v1") ? `${ISTIO_GROUP}/v1beta1` : `${ISTIO_GROUP}/v1`;
}

/** Whether the cluster serves a kind, `apiVersion` as `group/version`; undefined where the API server does not tell. */
export async function servesKind(
  clients: Clients,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): Promise<boolean | undefined> {
  const [group = "", version = ""] = apiVersion.split("/");
  try {
    const kinds = await listedKinds(clients, group, version);
    return [...kinds.values()].includes(kind);
  } catch {
    return undefined;
  }
}

/** Versions of a group, the server's order of preference: newest first. */
async function servedVersions(clients: Clients, group: string): Promise<string[]> {
  const { groups } = await clients.apis.getAPIVersions();
  return groups.find(({ name }) => name === group)?.versions.map(({ version }) => version) ?? [];
}

/** Kinds of a version by plural, subresources as `plural/subresource`. */
async function listedKinds(
  clients: Clients,
  group: string,
  version: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const list = await clients.objects.getAPIResources({ group, version });
    return new Map(list.resources.map(({ name, kind }) => [name, kind]));
  } catch (error) {
    // The version went away between the two requests.
    if (statusOf(error) === 404) return new Map();
    throw error;
  }
}
