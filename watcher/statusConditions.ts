// What each condition of an API says. One function for each; a new condition is one more in the list.
import { findCondition, type ConditionType, type NewCondition } from "./conditions";
import {
  noEndpointProblem,
  portMissingProblem,
  SERVICE_UNKNOWN,
  serviceMissingProblem,
} from "./serviceMessages";
import { monitoredMessage, MONITORING_UNKNOWN, monitoringProblem } from "./monitoring/messages";
import { type Observation } from "./observation";
import {
  enforcedMessage,
  lockedProblem,
  NO_POLICY,
  overlapProblem,
  policiesProblem,
  unappliedMessage,
} from "./policyMessages";
import { reconciledMessage, well, type Problem, type Served } from "./reasons";

/** The conditions of an API, `Ready` first. */
export function describeConditions(observation: Observation): readonly NewCondition[] {
  const reconciled = reconciledCondition(observation);
  const implementation = implementationCondition(observation);
  return [
    readyCondition(observation, [reconciled, implementation]),
    reconciled,
    implementation,
    ...policiesCondition(observation),
    ...monitoredCondition(observation),
    ...distinctCondition(observation),
  ];
}

/** The conditions while a run is under way: only those that no run changes are new. Undefined where there are none yet. */
export function conditionsDuringRun(observation: Observation): readonly NewCondition[] | undefined {
  const reconciled = findCondition(observation.previous["conditions"], "Reconciled");
  if (reconciled === undefined) return undefined;
  // Nothing is said of what the run is for.
  const before = { ...observation, observedHash: reconciled.observedHash };
  const implementation = implementationCondition(before);
  return [
    readyCondition(before, [reconciled, implementation]),
    reconciled,
    implementation,
    ...asBefore(observation.previous, "PoliciesEnforced"),
    ...asBefore(observation.previous, "Monitored"),
    ...asBefore(observation.previous, "RouteDistinct"),
  ];
}

/** True when all that is needed is true and the URL is known; else it says what the first that is not says. */
function readyCondition(
  { publicUrl, addressProblem, observedHash }: Observation,
  needed: readonly NewCondition[],
): NewCondition {
  const condition = { type: "Ready", observedHash } as const;
  const lacking = needed.find(({ status }) => status !== "True");
  if (lacking !== undefined) {
    return { ...condition, status: "False", reason: lacking.reason, message: lacking.message };
  }
  return "url" in publicUrl
    ? { ...condition, status: "True", reason: "Serving", message: well.serving(publicUrl.url) }
    : { ...condition, status: "False", ...addressProblem };
}

function reconciledCondition(observation: Observation): NewCondition {
  const { problem, observedHash, stack } = observation;
  const condition = { type: "Reconciled", observedHash } as const;
  if (problem === undefined) {
    return { ...condition, status: "True", reason: "Applied", message: well.applied(stack.name) };
  }
  const message = reconciledMessage(problem, servedBeside(problem, observation));
  return { ...condition, status: "False", reason: problem.reason, message };
}

/** What callers get beside a problem. Of changes by hand nobody knows what they do. */
function servedBeside({ reason }: Problem, { isRouteGone, observedHash, stack }: Observation): Served {
  if (reason === "Drifted" || stack.hash === undefined) return "unknown";
  if (isRouteGone) return "nothing";
  if (stack.hash === observedHash) return "unknown";
  return stack.result === "Failed" ? "mixed" : "older";
}

function implementationCondition({ implementation, problem, observedHash }: Observation): NewCondition {
  const condition = { type: "ImplementationReady", observedHash } as const;
  if (implementation === undefined) {
    return {
      ...condition,
      status: "Unknown",
      reason: problem?.reason ?? "InvalidSpec",
      message: SERVICE_UNKNOWN,
    };
  }
  const { service, inSpec, ready, exists, missingPort } = implementation;
  if (missingPort !== undefined) {
    return { ...condition, status: "False", ...portMissingProblem(service, missingPort) };
  }
  if (ready) {
    return { ...condition, status: "True", reason: "EndpointsReady", message: well.endpointsReady(service) };
  }
  const lacking = exists === false ? serviceMissingProblem(service, inSpec) : noEndpointProblem(service);
  return { ...condition, status: "False", ...lacking };
}

/**
 * Whether every policy that is asked for is enforced, and nothing is asked for that is locked. Not known while what is
 * asked for is not what was applied.
 */
function policiesCondition(observation: Observation): NewCondition[] {
  const { api, gateway, policies, problem, stack, observedHash } = observation;
  if (api === undefined) return policiesOfInvalid(observation);
  const condition = { type: "PoliciesEnforced", observedHash } as const;
  const dropped = policiesProblem(gateway, policies);
  if (dropped !== undefined) return [{ ...condition, status: "False", ...dropped }];
  if (problem !== undefined && policies.length > 0 && !isToldAll(observation)) {
    const message = unappliedMessage(problem, stack.hash === undefined);
    return [{ ...condition, status: "Unknown", reason: problem.reason, message }];
  }
  return api.overridden.length > 0
    ? [{ ...condition, status: "False", ...lockedProblem(api.overridden) }]
    : [{ ...condition, status: "True", reason: "AllEnforced", message: enforcedMessage(policies) }];
}

/** Whether the gateway was told all that the spec says, at an address of the implementation that may not be the latest. */
function isToldAll({ isCurrent, problem }: Observation): boolean {
  return isCurrent && problem?.reason === "BackendAddressUnknown";
}

/** Nobody can tell what an invalid spec asks for: what was said of no policies, or of some that are not enforced, is kept. */
function policiesOfInvalid({ previous, problem, observedHash, stack }: Observation): NewCondition[] {
  const before = asBefore(previous, "PoliciesEnforced");
  const [said] = before;
  if (said === undefined || said.status === "False" || said.message === NO_POLICY) return before;
  if (problem === undefined) return before;
  const message = unappliedMessage(problem, stack.hash === undefined);
  return [{ type: "PoliciesEnforced", observedHash, status: "Unknown", reason: problem.reason, message }];
}

/** Only there while a path of the API begins with one of another, or the other way round. */
function distinctCondition({ overlaps, observedHash }: Observation): NewCondition[] {
  return overlaps.length === 0
    ? []
    : [{ type: "RouteDistinct", observedHash, status: "False", ...overlapProblem(overlaps) }];
}

/**
 * Whether the metrics of a metrics API are announced as it asks; others have none. Kept as it was while there is a
 * problem: what was announced stays, and what the spec asks for is not there.
 */
function monitoredCondition(observation: Observation): NewCondition[] {
  const { announcedBy, api, monitoring, problem, unmonitored, observedHash, previous } = observation;
  const condition = { type: "Monitored", observedHash } as const;
  if (api === undefined || problem !== undefined) {
    const before = asBefore(previous, "Monitored");
    if (before.length > 0 || monitoring === undefined || problem === undefined) return before;
    return [{ ...condition, status: "Unknown", reason: problem.reason, message: MONITORING_UNKNOWN }];
  }
  if (monitoring === undefined) return [];
  if (unmonitored !== undefined) {
    const status = unmonitored.type === "Kept" ? "Unknown" : "False";
    return [{ ...condition, status, ...monitoringProblem(api.namespace, unmonitored) }];
  }
  const message = monitoredMessage(api.implementation, monitoring, announcedBy);
  return [{ ...condition, status: "True", reason: "Monitored", message }];
}

function asBefore(previous: Observation["previous"], type: ConditionType): NewCondition[] {
  const before = findCondition(previous["conditions"], type);
  return before === undefined ? [] : [before];
}
