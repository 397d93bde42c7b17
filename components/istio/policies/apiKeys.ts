// spec.apiKeyVerification behind Istio: asked of an external authorization service, which alone knows the keys.
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1beta1/AuthorizationPolicy";
import { type OwnedObject } from "../../ownedObject";
import {
  nameAtGateway,
  objectAtGateway,
  securityKind,
  workloadOf,
  type Enforcement,
  type IstioArgs,
  type IstioPolicy,
} from "../istioPolicy";
import { requestsOf } from "../requests";

const SUFFIX = "api-key";

/** Istio makes an AuthorizationPolicy part of the gateway's listeners, and Envoy leaves connections with theirs. */
const LATE =
  "connections that were open before the AuthorizationPolicy go on unchecked until the gateway has drained them";

function objects(args: IstioArgs): readonly OwnedObject[] {
  const { api, settings } = args;
  if (!api.apiKeyVerification.enabled || settings.apiKeys === undefined) return [];
  const spec: NonNullable<IAuthorizationPolicy["spec"]> = {
    selector: { matchLabels: { ...workloadOf(settings).labels } },
    action: "CUSTOM",
    provider: { name: settings.apiKeys.provider },
    rules: [{ to: [{ operation: requestsOf(args) }] }],
  };
  return [objectAtGateway(args, securityKind(settings, "AuthorizationPolicy"), spec, SUFFIX)];
}

function enforcement({ api, settings }: IstioArgs): Enforcement {
  const { apiKeys } = settings;
  if (apiKeys === undefined) {
    return {
      because:
        "needs an external authorization provider, which the platform has none of (apiKeys.provider); the gateway " +
        "azure-apim verifies keys itself",
    };
  }
  const policy = `AuthorizationPolicy ${workloadOf(settings).namespace}/${nameAtGateway(api, SUFFIX)}`;
  return { enforcedBy: `${policy}, which asks ${apiKeys.provider}; ${LATE}` };
}

export const apiKeyVerification: IstioPolicy = { objects, enforcement };
