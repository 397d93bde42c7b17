// Where the pods of a workload serve the metrics of an API.
import { type ScrapedEndpoint } from "../../components";
import { type Container, type ServicePort } from "./workloadSelection";

/** The container and the port of the pods, given the port of the API. */
export type PodPort = Pick<ScrapedEndpoint, "container" | "port">;

/**
 * The container and port behind a port of a Service. Where the Service has no such port, TM Forum's charts mean one of
 * the container; where no container declares it either, it counts for the first container.
 *
 * @returns undefined for a pod without containers, which the API server takes from nobody
 */
export function podPort(
  port: number,
  servicePorts: readonly ServicePort[],
  containers: readonly Container[],
): PodPort | undefined {
  const found = servicePorts.find((candidate) => candidate.port === port);
  const target = found === undefined ? undefined : (found.targetPort ?? port);
  if (typeof target === "string") {
    return namedPort(target, containers) ?? numberedPort(port, containers);
  }
  return numberedPort(target ?? port, containers);
}

function namedPort(name: string, containers: readonly Container[]): PodPort | undefined {
  for (const { name: container, ports } of containers) {
    const port = ports.find((candidate) => candidate.name === name);
    if (port !== undefined) return { container, port: port.containerPort };
  }
  return undefined;
}

/** A container need not declare a port to serve it (Kubernetes API reference, Container.ports). */
function numberedPort(port: number, containers: readonly Container[]): PodPort | undefined {
  const declaring = containers.find(({ ports }) => ports.some(({ containerPort }) => containerPort === port));
  const container = (declaring ?? containers[0])?.name;
  return container === undefined ? undefined : { container, port };
}
