// Which requests are an API's, where Istio wants that said by host and path.
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1beta1/AuthorizationPolicy";
import { innerPathsOf, otherHostsOf } from "./exclusions";
import { type IstioArgs } from "./istioPolicy";
import { virtualServiceHosts } from "./url";

type Rule = NonNullable<NonNullable<IAuthorizationPolicy["spec"]>["rules"]>[number];

/** Part of a rule of an AuthorizationPolicy. */
export type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/** The requests that the VirtualService of an API routes: with its hosts, to its path and those that begin with it. */
export function requestsOf(args: IstioArgs): Operation {
  const notPaths = innerPathsOf(args).map(beginsWith);
  return {
    ...hostsOf(args),
    paths: [beginsWith(args.api.path)],
    ...(notPaths.length === 0 ? {} : { notPaths }),
  };
}

/** Only a `*` at the very end of the whole is a wildcard: a path may hold that character too. */
function beginsWith(path: string): string {
  return `${path}*`;
}

function hostsOf(args: IstioArgs): Pick<Operation, "hosts" | "notHosts"> {
  const hosts = virtualServiceHosts(args.api, args.settings);
  if (!hosts.includes("*")) return { hosts: hosts.flatMap((host) => [host, `${host}:*`]) };
  const notHosts = [...otherHostsOf(args)];
  return notHosts.length === 0 ? {} : { notHosts };
}
