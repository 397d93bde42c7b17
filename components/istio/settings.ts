/** How the platform team runs Istio. */
export interface IstioSettings {
  readonly type: "istio";
  /** Gateway the VirtualServices bind to, as `name` or `namespace/name`. */
  readonly gateway: string;
  /** Host name or IP address clients use, where it differs from the address of the gateway's Service. */
  readonly publicHostname?: string;
  /** Served version of Istio's networking API. */
  readonly apiVersion: "networking.istio.io/v1" | "networking.istio.io/v1beta1";
}

/** Settings as TM Forum's Istio operator has them. */
export const defaultIstioSettings: IstioSettings = {
  type: "istio",
  gateway: "component-gateway",
  apiVersion: "networking.istio.io/v1",
};
