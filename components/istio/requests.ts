// Which requests are an API's, where Istio wants that said by host and path.
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1beta1/AuthorizationPolicy";
import { type IstioArgs } from "./istioPolicy";
import { innerPathsOf } from "./innerPaths";
import { tlsPort } from "./settings";
import { virtualServiceHosts } from "./url";

type Rule = NonNullable<NonNullable<IAuthorizationPolicy["spec"]>["rules"]>[number];

/** Part of a rule of an AuthorizationPolicy. */
export type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/** Ports that a client names beside a host: those of Istio's ingress gateway, and of its container. */
const PORTS = [80, 443, 8080, 8443];

/** The requests that the VirtualService of an API routes: with its hosts, to its path and those that begin with it. */
export function requestsOf(args: IstioArgs): Operation {
  const notPaths = innerPathsOf(args).map(beginsWith);
  return {
    ...hostsOf(args),
    paths: [beginsWith(args.api.path)],
    ...(notPaths.length === 0 ? {} : { notPaths }),
  };
}

function beginsWith(path: string): string {
  return `${path}*`;
}

/**
 * Envoy leaves a port aside when it looks for the host, AuthorizationPolicies do not. `host:*` would also match texts
 * that Envoy takes for another host, such as `host:1:2`: that is harmless where it adds requests to those that are
 * checked, and a hole where it takes some away.
 */
function hostsOf({ api, settings, context }: IstioArgs): Pick<Operation, "hosts" | "notHosts"> {
  const hosts = virtualServiceHosts(api, settings);
  if (!hosts.includes("*")) return { hosts: hosts.flatMap((host) => [host, `${host}:*`]) };
  const ports = [...new Set([...PORTS, tlsPort(settings)])];
  const notHosts = (context?.otherHosts ?? []).flatMap((host) => [
    host,
    ...ports.map((port) => `${host}:${port}`),
  ]);
  return notHosts.length === 0 ? {} : { notHosts };
}
