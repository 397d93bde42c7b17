// What is said of gateways: of their addresses, their settings, and what they need to be told of an API.
import { message, problem, type Problem } from "./reasons";
import { ingressRemedy, missingIngressRemedy } from "./remedies";

/** The problem of an API whose gateway cannot be used, for its settings are not known. */
export function settingsUnknownProblem(gateway: string, why: string): Problem {
  return problem("GatewaySettingsUnknown", `gateway ${gateway}: ${why}`);
}

/**
 * The problem of an API whose way into the cluster has no address.
 *
 * @param last the address that its gateway was told last; without one it is not told of the API
 */
export function backendUnknownProblem(without: string, last?: string): Problem {
  const what =
    last === undefined
      ? "the gateway is not told where to find the implementation"
      : `the gateway goes on with ${last}, where the implementation was found last`;
  return problem("BackendAddressUnknown", `${what}: ${without}`);
}

/** The problem of an API whose document cannot be imported; `what` begins with the field that names the document. */
export function documentProblem(reason: "DocumentUnavailable" | "DocumentInvalid", what: string): Problem {
  return problem(reason, what);
}

/** Entities of a gateway that somebody else has changed. */
export interface ForeignChange {
  /** Their classes, as `Api`. */
  readonly entities: readonly string[];
  /** Whose they are, as the gateway names it. */
  readonly of: string;
  /** RFC 3339 time of the last run, since which they were changed. */
  readonly since: string;
}

/** The problem of an API that somebody else has changed at its gateway, where that is left. */
export function changedElsewhereProblem(change: ForeignChange): Problem {
  return problem("ChangedElsewhere", describeForeign(change));
}

/** What the Event says after such a change was written over. */
export function overwrittenMessage(change: ForeignChange): string {
  return message(`${describeForeign(change)}; written again as the spec has it`);
}

function describeForeign({ entities, of, since }: ForeignChange): string {
  const when = since === "" ? "" : ` since the run of ${since}`;
  return `${entities.join(" and ")} of ${of} ${entities.length === 1 ? "was" : "were"} changed by somebody else${when}`;
}

/**
 * The problem of an API whose URL cannot be told. Services are `namespace/name`.
 *
 * @param service the Service that was configured; undefined where it is looked for by its label
 * @param found the Services there are of it
 */
export function gatewayAddressProblem(service: string | undefined, found: readonly string[]): Problem {
  return problem("GatewayAddressUnknown", withoutAddress(service, found));
}

/** The problem of an API whose URL is that of an Ingress of the platform, `namespace/name`. */
export function ingressAddressProblem(ingress: string, exists: boolean): Problem {
  const lack = exists ? "has no host name and no address" : "does not exist, or cannot be read";
  const what = `Ingress ${ingress}, which APIG_INGRESS names, ${lack}`;
  return {
    reason: "GatewayAddressUnknown",
    message: message(what, exists ? ingressRemedy : missingIngressRemedy),
  };
}

function withoutAddress(service: string | undefined, found: readonly string[]): string {
  if (service !== undefined) {
    const lack = found.length === 0 ? "does not exist" : "has no address";
    return `Service ${service}, which ODA_GATEWAY_SERVICE names, ${lack}`;
  }
  if (found.length === 0) return "no Service is labelled istio=ingressgateway, in any namespace";
  return found.length === 1
    ? `Service ${found.join()}, which is labelled istio=ingressgateway, has no address`
    : `Services ${found.join(", ")}, which are labelled istio=ingressgateway, have no address`;
}
