// What a program without a watcher must find out by itself before it declares a set of APIs.
import {
  gatewayTypes,
  isGatewayType,
  isMetricsApi,
  monitoringTypes,
  policiesOf,
  readMonitoringType,
  routesOf,
  routeText,
  specErrors,
  type GatewaySettings,
  type PolicyOutcome,
} from "../components";
import { InvalidSpecError, policyPlace, type ExposedApi } from "../spec";
import { unenforcedText } from "./policyText";

/**
 * Checks that a set of APIs can be served together.
 *
 * @returns a warning for each API that asks for policies that the gateway does not enforce, or that are locked
 * @throws Error that names the APIs, when two ask for one route, or one for a gateway that there is none of or a variant
 * of monitoring that there is none of here, or when one breaks a rule of its gateway
 */
export function checkTogether(
  apis: readonly ExposedApi[],
  gatewayOf: (api: ExposedApi) => GatewaySettings,
): readonly string[] {
  const holders = new Map<string, string>();
  const warnings: string[] = [];
  for (const api of apis) {
    const name = `${api.namespace}/${api.name}`;
    if (api.gateway !== undefined && !isGatewayType(api.gateway)) {
      throw new Error(
        `${name}: gateway ${JSON.stringify(api.gateway)} must be one of ${gatewayTypes.join(", ")}`,
      );
    }
    checkMonitoring(name, api);
    const gateway = gatewayOf(api);
    const broken = specErrors(api, gateway);
    if (broken.length > 0) throw new Error(`${name}: ${new InvalidSpecError(broken).message}`);
    for (const route of routesOf(api, gateway).map(routeText)) {
      const holder = holders.get(route);
      if (holder !== undefined) throw new Error(`${holder} and ${name} both ask for the route ${route}`);
      holders.set(route, name);
    }
    const dropped = unenforcedText(gateway.type, policiesOf({ api, settings: gateway }).map(knownHere));
    if (dropped !== undefined) warnings.push(`${name}: ${dropped}`);
    if (api.overridden.length > 0) {
      const fields = api.overridden.map(policyPlace).join(", ");
      warnings.push(`${name}: the platform has locked ${fields}, and decides in place of the API`);
    }
  }
  return warnings;
}

/** A policy on the Pods of the implementation needs its Service, which only the watcher looks at. */
function knownHere(outcome: PolicyOutcome): PolicyOutcome {
  const { policy, enforcedBy } = outcome;
  if (enforcedBy !== undefined || (policy !== "mtls" && policy !== "networkPolicy")) return outcome;
  return { policy, because: "needs the watcher, which knows the selector of the Service; here nothing does" };
}

/** Annotations go on workloads, which only the watcher knows. */
function checkMonitoring(name: string, api: ExposedApi): void {
  if (api.monitoring === undefined) return;
  const type = readMonitoringType(api.monitoring);
  if (type === undefined) {
    const known = monitoringTypes.join(", ");
    throw new Error(`${name}: monitoring ${JSON.stringify(api.monitoring)} must be one of ${known}`);
  }
  if (isMetricsApi(api) && type !== "ServiceMonitor") {
    throw new Error(
      `${name}: monitoring ${type} needs the watcher, which knows the workloads; here it must be ServiceMonitor`,
    );
  }
}
