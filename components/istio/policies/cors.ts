// spec.CORS behind Istio: the corsPolicy of the VirtualService.
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService";
import { type ExposedApi } from "../../../spec";
import { listenerFilterPatch } from "../envoyFilter";
import { isGuarded, type Enforcement, type IstioArgs, type IstioPolicy } from "../istioPolicy";

type HttpRoute = NonNullable<NonNullable<IVirtualService["spec"]>["http"]>[number];
type CorsPolicy = NonNullable<HttpRoute["corsPolicy"]>;

/** The methods that Istio takes in a corsPolicy; it refuses a VirtualService with another one. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/** Longest time Istio is told to let a browser keep an answer, in seconds. Browsers keep none for longer than a day. */
const MAX_AGE = 2 ** 31 - 1;

/** The corsPolicy of an API's VirtualService; undefined where the spec asks for none. */
export function corsPolicyOf({ cors }: ExposedApi): CorsPolicy | undefined {
  if (!cors.enabled) return undefined;
  const { enabled, allowMethods, allowHeaders, maxAge } = cors.handlePreflightRequests;
  const preflights = {
    allowMethods: allowMethods.includes("*") ? [...METHODS] : allowMethods.filter(isTaken),
    allowHeaders: [...allowHeaders],
    // Istio takes no zero, and without a time a browser keeps the answer for five seconds (Fetch).
    maxAge: `${Math.min(Math.max(maxAge, 1), MAX_AGE)}s`,
  };
  return {
    allowOrigins: cors.allowOrigins.map((origin) => (origin === "*" ? { regex: ".*" } : { exact: origin })),
    allowCredentials: cors.allowCredentials,
    ...(enabled ? preflights : {}),
  };
}

function isTaken(method: string): boolean {
  return METHODS.includes(method);
}

function enforcement({ api }: IstioArgs): Enforcement {
  const { enabled, allowMethods } = api.cors.handlePreflightRequests;
  const refused = allowMethods.filter((method) => method !== "*" && !isTaken(method));
  const enforcedBy = `corsPolicy of VirtualService ${api.namespace}/${api.name}`;
  if (!enabled || refused.length === 0) return { enforcedBy };
  return { enforcedBy, without: `the methods ${refused.join(", ")}, which Istio does not take there` };
}

/**
 * Istio's own filter for CORS comes after those that ask who calls. They would refuse preflight requests, which carry
 * no credentials, and their refusals would be without the headers a browser needs to tell them. A second one, the first
 * of all filters, reads the same corsPolicy.
 */
export const cors: IstioPolicy = {
  platformPatches: ({ jwt = [], apiKeys }) =>
    jwt.length === 0 && apiKeys === undefined
      ? []
      : [
          listenerFilterPatch("first", {
            name: "envoy.filters.http.cors",
            typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
          }),
        ],
  needsPlatform: (api) => api.cors.enabled && isGuarded(api),
  enforcement,
};
