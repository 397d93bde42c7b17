// Looks at an API object without acting: what it asks for, and what stands in the way.
import { createHash } from "node:crypto";
import { gatewayTypes, isGatewayType, routesOf, type GatewaySettings } from "../components";
import { InvalidSpecError, parseExposedApi, type ExposedApi } from "../spec";
import { reconcileHash, type ApiSettings } from "../stack";
import { type ApiObject, type ApiResource } from "./kube/objects";
import { readStack } from "./ownStatus";
import { type Problem } from "./reasons";
import { type Claim } from "./routeClaims";

/** What an object asks for. */
export interface Evaluation {
  /** The API, or undefined while its spec is invalid. */
  readonly api: ExposedApi | undefined;
  readonly settings: ApiSettings;
  /** Reconcile hash; a digest of the errors while the spec is invalid. */
  readonly hash: string;
  /** Why the object cannot be served as it is, whatever other objects say. */
  readonly problem: Problem | undefined;
  /** Routes the object asks for. */
  readonly routes: readonly string[];
}

/** Evaluates an object under the settings of the platform. */
export function evaluate(resource: ApiResource, object: ApiObject, gateway: GatewaySettings): Evaluation {
  const settings = { gateway };
  try {
    const api = parseExposedApi({ ...object, kind: resource.kind });
    const problem = gatewayProblem(api);
    return {
      api,
      settings,
      hash: reconcileHash(api, settings),
      problem,
      routes: problem === undefined ? routesOf(api, gateway) : [],
    };
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    const problem = { reason: "InvalidSpec", message: error.message } as const;
    return { api: undefined, settings, hash: digest(error.message), problem, routes: [] };
  }
}

/** What an object says of its routes. One that is being deleted asks for none. */
export function claimOf({ metadata, status }: ApiObject, { routes }: Evaluation): Claim {
  return {
    wanted: metadata?.deletionTimestamp === undefined ? routes : [],
    served: readStack(status)?.routes ?? [],
    since: String(metadata?.creationTimestamp ?? ""),
  };
}

function gatewayProblem(api: ExposedApi): Problem | undefined {
  if (api.gateway === undefined || isGatewayType(api.gateway)) return undefined;
  return {
    reason: "UnknownGateway",
    message: `metadata.annotations["oda.tmforum.org/gateway"]: ${JSON.stringify(api.gateway)} must be one of ${gatewayTypes.join(", ")}`,
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
