// Asks for a verified token on the route of one API.
import { type ExposedApi } from "../../spec";
import { listenerFilterPatch, routeFilterPatch } from "./envoyFilter";
import { type EnvoyPatch } from "./istioPolicy";

/** Istio's filter that verifies tokens. It leaves the claims of a verified one as metadata of the request. */
export const VERIFYING_FILTER = "envoy.filters.http.jwt_authn";

/** The filter's name is its own: Istio makes filters of the same type from AuthorizationPolicies. */
export const TOKEN_FILTER = "oda-api.token";

const RBAC = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3";

/** Part of an envoy.config.rbac.v3.Principal: who has a text among the metadata of the request. */
interface Principal {
  readonly metadata: {
    readonly filter: string;
    readonly path: readonly { readonly key: string }[];
    readonly value: { readonly string_match: { readonly exact: string } };
  };
}

/** Part of an envoy.config.rbac.v3.RBAC. Who is none of the principals is refused. */
interface Rules {
  readonly action: "ALLOW";
  readonly policies: Readonly<
    Record<
      string,
      { readonly permissions: readonly { readonly any: true }[]; readonly principals: readonly Principal[] }
    >
  >;
}

/** Adds the filter to all listeners of the gateway, without rules: by itself it lets every request pass. */
export function tokenFilterPatch(): EnvoyPatch {
  return listenerFilterPatch("last", { name: TOKEN_FILTER, typed_config: { "@type": `${RBAC}.RBAC` } });
}

/** Has the route of an API refuse requests without a verified token of one of these issuers. */
export function tokenCheckPatch(api: ExposedApi, issuers: readonly string[]): EnvoyPatch {
  const rules: Rules = {
    action: "ALLOW",
    policies: { token: { permissions: [{ any: true }], principals: issuers.map(principalOf) } },
  };
  return routeFilterPatch(api, TOKEN_FILTER, { "@type": `${RBAC}.RBACPerRoute`, rbac: { rules } });
}

function principalOf(issuer: string): Principal {
  return {
    metadata: {
      filter: VERIFYING_FILTER,
      path: [{ key: "payload" }, { key: "iss" }],
      value: { string_match: { exact: issuer } },
    },
  };
}
