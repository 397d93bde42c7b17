// What is said of the Service behind an API.
import { problem, type Problem } from "./reasons";

/** The problem of an API behind whose Service, `namespace/name`, nothing takes traffic. */
export function noEndpointProblem(service: string): Problem {
  return problem("NoReadyEndpoint", `Service ${service} has no ready endpoint`);
}

/** The problem of an API whose Service, `namespace/name`, does not exist. */
export function serviceMissingProblem(service: string, inSpec: boolean): Problem {
  const whose = inSpec ? "spec.implementation" : "the last spec that could be applied";
  return problem("ServiceMissing", `Service ${service}, which ${whose} names, does not exist`);
}

/** A port that a Service with ports does not have. */
export interface MissingPort {
  readonly port: number;
  /** Whether the spec names it, not only the spec that was applied last. */
  readonly inSpec: boolean;
  /** The ports there are, at least one. */
  readonly ports: readonly number[];
}

/** The problem of an API whose Service, `namespace/name`, has ports, and not the one that is asked for. */
export function portMissingProblem(service: string, { port, ports, inSpec }: MissingPort): Problem {
  const whose = inSpec ? "spec.port" : "the last spec that could be applied";
  const what = `Service ${service} has no port ${port}, which ${whose} names; it has ${ports.join(", ")}`;
  return problem("PortMissing", what);
}

/** What is said of the Service while the spec is invalid and none was ever applied. */
export const SERVICE_UNKNOWN = "the Service is not known until the spec is valid";
