// What each condition of an API says. One function for each; a new condition is one more in the list.
import { unenforced } from "../components";
import { findCondition, type ConditionType, type NewCondition } from "./conditions";
import {
  gatewayAddressProblem,
  monitoringProblem,
  noEndpointProblem,
  policiesProblem,
  reconciledMessage,
  SERVICE_UNKNOWN,
  serviceMissingProblem,
  well,
} from "./reasons";
import { type Observation } from "./observation";

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
  ];
}

/** True when all that is needed is true and the URL is known; else it says what the first that is not says. */
function readyCondition(
  { publicUrl, gatewayService, observedHash }: Observation,
  needed: readonly NewCondition[],
): NewCondition {
  const condition = { type: "Ready", observedHash } as const;
  const lacking = needed.find(({ status }) => status !== "True");
  if (lacking !== undefined) {
    return { ...condition, status: "False", reason: lacking.reason, message: lacking.message };
  }
  return "url" in publicUrl
    ? { ...condition, status: "True", reason: "Serving", message: well.serving(publicUrl.url) }
    : { ...condition, status: "False", ...gatewayAddressProblem(gatewayService) };
}

function reconciledCondition({ problem, observedHash, stack }: Observation): NewCondition {
  const condition = { type: "Reconciled", observedHash } as const;
  if (problem === undefined) {
    return { ...condition, status: "True", reason: "Applied", message: well.applied(stack.name) };
  }
  const olderIsServed = stack.hash !== undefined && stack.hash !== observedHash;
  const message = reconciledMessage(problem, olderIsServed);
  return { ...condition, status: "False", reason: problem.reason, message };
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
  const { service, inSpec, ready, exists } = implementation;
  if (ready) {
    return { ...condition, status: "True", reason: "EndpointsReady", message: well.endpointsReady(service) };
  }
  const lacking = exists === false ? serviceMissingProblem(service, inSpec) : noEndpointProblem(service);
  return { ...condition, status: "False", ...lacking };
}

/** Whether every policy the spec asks for is enforced. Kept as it was while the spec is invalid. */
function policiesCondition({ api, policies, stack, observedHash, previous }: Observation): NewCondition[] {
  if (api === undefined) return asBefore(previous, "PoliciesEnforced");
  const condition = { type: "PoliciesEnforced", observedHash } as const;
  const dropped = unenforced(policies);
  return dropped.length > 0
    ? [{ ...condition, status: "False", ...policiesProblem(stack.gateway, dropped) }]
    : [{ ...condition, status: "True", reason: "AllEnforced", message: well.allEnforced(policies.length) }];
}

/** Whether the metrics of a metrics API are announced as it asks. Kept while the spec is invalid; others have none. */
function monitoredCondition(observation: Observation): NewCondition[] {
  const { api, monitoring, unmonitored, observedHash, previous } = observation;
  if (api === undefined) return asBefore(previous, "Monitored");
  if (monitoring === undefined) return [];
  const condition = { type: "Monitored", observedHash } as const;
  return unmonitored === undefined
    ? [{ ...condition, status: "True", reason: "Monitored", message: well.monitored(monitoring) }]
    : [{ ...condition, status: "False", ...monitoringProblem(api.namespace, unmonitored) }];
}

function asBefore(previous: Observation["previous"], type: ConditionType): NewCondition[] {
  const before = findCondition(previous["conditions"], type);
  return before === undefined ? [] : [before];
}
