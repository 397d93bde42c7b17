// JSON Web Tokens behind Istio: verified at the gateway, asked for on the paths of the APIs that take them.
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1beta1/AuthorizationPolicy";
import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1beta1/RequestAuthentication";
import { type ExposedApi } from "../../../spec";
import { type OwnedObject } from "../../ownedObject";
import { routeFilterPatch } from "../envoyFilter";
import {
  nameAtGateway,
  objectAtGateway,
  platformObject,
  PLATFORM_NAME,
  securityKind,
  workloadOf,
  type Enforcement,
  type EnvoyPatch,
  type IstioArgs,
  type IstioPolicy,
} from "../istioPolicy";
import { requestsOf } from "../requests";
import { type IstioSettings, type JwtProvider } from "../settings";
import { tokenCheckPatch, tokenFilterPatch, VERIFYING_FILTER } from "../tokenCheck";

const SUFFIX = "jwt";

function providersOf({ jwt: names }: ExposedApi, { jwt = [] }: IstioSettings): readonly JwtProvider[] {
  return jwt.filter(({ name }) => names.includes(name));
}

/** Istio verifies tokens for a whole workload: a token of any provider, and a request without one, passes this. */
function requestAuthentications(settings: IstioSettings): readonly OwnedObject[] {
  const { jwt = [] } = settings;
  if (jwt.length === 0) return [];
  const spec: NonNullable<IRequestAuthentication["spec"]> = {
    selector: { matchLabels: { ...workloadOf(settings).labels } },
    jwtRules: jwt.map(jwtRule),
  };
  return [platformObject(settings, securityKind(settings, "RequestAuthentication"), spec)];
}

type JwtRule = NonNullable<NonNullable<IRequestAuthentication["spec"]>["jwtRules"]>[number];

function jwtRule({ issuer, jwksUri, jwks, audiences = [] }: JwtProvider): JwtRule {
  return {
    issuer,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(audiences.length === 0 ? {} : { audiences: [...audiences] }),
    // An implementation that reads the token itself gets it as it came.
    forwardOriginalToken: true,
  };
}

function issuersOf(api: ExposedApi, settings: IstioSettings): readonly string[] {
  return providersOf(api, settings).map(({ issuer }) => issuer);
}

/** Refuses requests to the API that carry no verified token of one of its providers. */
function authorizationPolicies(args: IstioArgs): readonly OwnedObject[] {
  const { api, settings } = args;
  const issuers = issuersOf(api, settings);
  if (issuers.length === 0) return [];
  const spec: NonNullable<IAuthorizationPolicy["spec"]> = {
    selector: { matchLabels: { ...workloadOf(settings).labels } },
    action: "DENY",
    rules: [
      {
        to: [{ operation: requestsOf(args) }],
        when: [{ key: "request.auth.claims[iss]", notValues: [...issuers] }],
      },
    ],
  };
  return [objectAtGateway(args, securityKind(settings, "AuthorizationPolicy"), spec, SUFFIX)];
}

/**
 * The same check on the route. Istio makes an AuthorizationPolicy part of the gateway's listeners: those that were there
 * before serve the connections they have without it, while they have new routes at once.
 */
function routePatches({ api, settings }: IstioArgs): readonly EnvoyPatch[] {
  const issuers = issuersOf(api, settings);
  return issuers.length === 0 ? unverified(api, settings) : [tokenCheckPatch(api, issuers)];
}

/** An API that wants no token takes requests with any: without this the gateway refuses those it cannot verify. */
function unverified(api: ExposedApi, { jwt = [] }: IstioSettings): readonly EnvoyPatch[] {
  if (jwt.length === 0 || api.jwt.length > 0) return [];
  const type = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig";
  return [routeFilterPatch(api, VERIFYING_FILTER, { "@type": type, disabled: true })];
}

function enforcement({ api, settings }: IstioArgs): Enforcement {
  const known = providersOf(api, settings).map(({ name }) => name);
  const unknown = api.jwt.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const reason = "an entra provider needs tenantId, and clientIds or audiences, in the platform file";
    return { because: `names providers that Istio is not told of: ${unknown.join(", ")} (${reason})` };
  }
  const { namespace } = workloadOf(settings);
  const policy = `AuthorizationPolicy ${namespace}/${nameAtGateway(api, SUFFIX)}`;
  const check = `EnvoyFilter ${namespace}/${nameAtGateway(api)}`;
  const restricted = providersOf(api, settings).filter(({ clientIds = [] }) => clientIds.length > 0);
  return {
    enforcedBy: `RequestAuthentication ${namespace}/${PLATFORM_NAME}, ${policy} and ${check}`,
    ...(restricted.length === 0 ? {} : { without: unchecked(restricted) }),
  };
}

/** The end of a sentence that says what of a policy is not enforced. */
function unchecked(providers: readonly JwtProvider[]): string {
  const names = providers.map(({ name }) => name).join(", ");
  return `a look at the application that a token was issued to (clientIds of ${names})`;
}

export const jwt: IstioPolicy = {
  objects: authorizationPolicies,
  routePatches,
  platformObjects: requestAuthentications,
  platformPatches: ({ jwt: providers = [] }) => (providers.length === 0 ? [] : [tokenFilterPatch()]),
  needsPlatform: (api, settings) => providersOf(api, settings).length > 0,
  enforcement,
};
