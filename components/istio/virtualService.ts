// The VirtualService of an API, with the fields TM Forum's Istio operator sets.
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService";
import { type ExposedApi } from "../../spec";
import { type IstioSettings } from "./settings";
import { virtualServiceHosts } from "./url";

/** Spec of the VirtualService: one prefix match on the API's path, one destination. */
export function virtualServiceSpec(
  api: ExposedApi,
  settings: IstioSettings,
): NonNullable<IVirtualService["spec"]> {
  return {
    hosts: [...virtualServiceHosts(api, settings)],
    gateways: [settings.gateway],
    http: [
      {
        name: api.name,
        match: [{ uri: { prefix: api.path } }],
        route: [{ destination: { host: api.implementation, port: { number: api.port } } }],
      },
    ],
  };
}
