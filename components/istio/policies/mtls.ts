// Mutual TLS behind Istio: what the sidecars of the implementation take.
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1beta1/PeerAuthentication";
import { type OwnedObject } from "../../ownedObject";
import {
  objectBesideApi,
  securityKind,
  type Enforcement,
  type IstioArgs,
  type IstioPolicy,
} from "../istioPolicy";
import { podLabelsOf, podsUnknown } from "../pods";

function objects({ api, settings, context }: IstioArgs): readonly OwnedObject[] {
  const matchLabels = podLabelsOf(context);
  if (api.mtls === undefined || matchLabels === undefined) return [];
  const spec: NonNullable<IPeerAuthentication["spec"]> = {
    selector: { matchLabels },
    mtls: { mode: api.mtls === "strict" ? "STRICT" : "PERMISSIVE" },
  };
  return [objectBesideApi(api, securityKind(settings, "PeerAuthentication"), spec)];
}

function enforcement({ api, context }: IstioArgs): Enforcement {
  if (podLabelsOf(context) === undefined) return { because: podsUnknown(api) };
  return { enforcedBy: `PeerAuthentication ${api.namespace}/${api.name}` };
}

export const mtls: IstioPolicy = { objects, enforcement };
