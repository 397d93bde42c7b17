// The status of an API object: what TM Forum's tools read, and beside it what an engineer reads. A pure function.
import { unenforced, type PolicyOutcome, type PublicUrl } from "../components";
import { type ExposedApi } from "../spec";
import { mergeConditions, findCondition, type NewCondition } from "./conditions";
import { readApplied, type StackStatus } from "./ownStatus";
import { GATEWAY_ADDRESS_UNKNOWN, type Problem } from "./reasons";

/** `status.apiStatus`, as TM Forum's operators write it. */
interface ApiStatus {
  readonly name: string;
  readonly uid: string;
  readonly path: string;
  readonly port: number;
  readonly implementation: string;
  readonly url?: string;
  readonly ip?: string;
  readonly developerUI?: string;
}

/** Everything a status is made from. */
export interface Observation {
  /** Status as read. */
  readonly previous: Readonly<Record<string, unknown>>;
  /** The API, or undefined while its spec is invalid. */
  readonly api: ExposedApi | undefined;
  /** Hash of what was looked at. */
  readonly observedHash: string;
  /** What keeps the resources from being what the spec says. */
  readonly problem: Problem | undefined;
  readonly stack: StackStatus;
  /** Id of the resource that stands for the API, once there is one. */
  readonly uid: string | undefined;
  readonly publicUrl: PublicUrl;
  readonly implementationReady: boolean;
  readonly policies: readonly PolicyOutcome[];
  /** RFC 3339 time. */
  readonly now: string;
}

/** The fields of `status` this project owns, as they should be. */
export function desiredStatus(observation: Observation): Record<string, unknown> {
  const { previous, api, problem, stack, implementationReady, now } = observation;
  const applied = api !== undefined && problem === undefined;
  return {
    ...(applied
      ? { apiStatus: apiStatus(api, observation) }
      : previous["apiStatus"] === undefined
        ? {}
        : { apiStatus: previous["apiStatus"] }),
    implementation: { ready: implementationReady },
    conditions: mergeConditions(previous["conditions"], conditions(observation), now),
    stack,
  };
}

function apiStatus(api: ExposedApi, { uid, publicUrl }: Observation): ApiStatus {
  const known = "url" in publicUrl ? publicUrl : undefined;
  return {
    name: api.name,
    uid: uid ?? "",
    path: api.path,
    port: api.port,
    implementation: api.implementation,
    ...(known === undefined ? {} : { url: known.url, ip: known.ip }),
    ...developerUI(api, known?.url),
  };
}

/** A developer UI given as a path is served on the host of the API. */
function developerUI({ developerUI: ui }: ExposedApi, url: string | undefined): { developerUI?: string } {
  if (ui === undefined) return {};
  if (!ui.startsWith("/")) return { developerUI: ui };
  return url === undefined ? {} : { developerUI: new URL(ui, url).href };
}

function conditions(observation: Observation): NewCondition[] {
  const reconciled = reconciledCondition(observation);
  const implementation = implementationCondition(observation);
  return [
    readyCondition(observation, reconciled, implementation),
    reconciled,
    implementation,
    ...policiesCondition(observation),
  ];
}

function reconciledCondition({ problem, observedHash, stack }: Observation): NewCondition {
  const condition = { type: "Reconciled", observedHash } as const;
  if (problem === undefined) {
    return { ...condition, status: "True", reason: "Applied", message: `stack ${stack.name} is up to date` };
  }
  const served = stack.hash === undefined ? "" : "; the last spec that could be applied is still served";
  return { ...condition, status: "False", reason: problem.reason, message: `${problem.message}${served}` };
}

function implementationCondition({
  api,
  previous,
  implementationReady,
  observedHash,
}: Observation): NewCondition {
  const service = api?.implementation ?? readApplied(previous).implementation ?? "unknown";
  return implementationReady
    ? {
        type: "ImplementationReady",
        status: "True",
        reason: "EndpointsReady",
        message: `Service ${service} has a ready endpoint`,
        observedHash,
      }
    : {
        type: "ImplementationReady",
        status: "False",
        reason: "NoReadyEndpoint",
        message: `Service ${service} has no ready endpoint: see its Pods and its EndpointSlices`,
        observedHash,
      };
}

function readyCondition(
  { publicUrl, observedHash }: Observation,
  reconciled: NewCondition,
  implementation: NewCondition,
): NewCondition {
  const condition = { type: "Ready", observedHash } as const;
  for (const needed of [reconciled, implementation]) {
    if (needed.status !== "True") {
      return { ...condition, status: "False", reason: needed.reason, message: needed.message };
    }
  }
  return "url" in publicUrl
    ? { ...condition, status: "True", reason: "Serving", message: `served at ${publicUrl.url}` }
    : { ...condition, status: "False", ...GATEWAY_ADDRESS_UNKNOWN };
}

/** Whether every policy the spec asks for is enforced. Kept as it was while the spec is invalid. */
function policiesCondition({ api, policies, stack, observedHash, previous }: Observation): NewCondition[] {
  if (api === undefined) {
    const before = findCondition(previous["conditions"], "PoliciesEnforced");
    return before === undefined ? [] : [before];
  }
  const condition = { type: "PoliciesEnforced", observedHash } as const;
  const dropped = unenforced(policies);
  if (dropped.length > 0) {
    const message = `gateway ${stack.gateway} does not enforce spec.${dropped.join(", spec.")}`;
    return [{ ...condition, status: "False", reason: "NotSupported", message }];
  }
  const message =
    policies.length === 0 ? "the spec asks for no policy" : "every policy of the spec is enforced";
  return [{ ...condition, status: "True", reason: "AllEnforced", message }];
}
