// Where an Ingress is reached. Shapes: Kubernetes API reference, networking.k8s.io/v1 Ingress.
import { type GatewayAddress } from "../components";
import { keepLive, type LiveObject } from "./drift/liveObject";

/** What to keep of an Ingress: what is kept of every live object, and what its controller says of its address. */
export function keepIngress(ingress: LiveObject): LiveObject {
  return { ...keepLive(ingress), status: { loadBalancer: fieldsOf(ingress.status)["loadBalancer"] } };
}

/** IP address or host name that the controller of the Ingress has given it: the first that is there. */
export function loadBalancerHost({ status }: LiveObject): string | undefined {
  return listOf(fieldsOf(fieldsOf(status)["loadBalancer"])["ingress"])
    .map(fieldsOf)
    .flatMap(({ ip, hostname }) => [ip, hostname])
    .find(isText);
}

/**
 * Where clients reach an Ingress: the host of its first rule, else the address of its load balancer; over https where it
 * has a certificate.
 */
export function ingressAddress(ingress: LiveObject): GatewayAddress | undefined {
  const spec = fieldsOf(ingress.spec);
  const rule = fieldsOf(listOf(spec["rules"])[0])["host"];
  const host = isText(rule) && !rule.startsWith("*") ? rule : loadBalancerHost(ingress);
  if (host === undefined) return undefined;
  return { host, scheme: listOf(spec["tls"]).length > 0 ? "https" : "http" };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
