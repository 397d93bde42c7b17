// The Gateway of Istio that takes only clients with a certificate, as API Management has one.
import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1beta1/Gateway";
import { platformObject, workloadOf } from "../istio/istioPolicy";
import { tlsPort } from "../istio/settings";
import { type OwnedObject } from "../ownedObject";
import { type AzureApimSettings } from "./settings";

const NAME = "oda-api-azure-apim";

/** `namespace/name` of the Gateway; undefined where API Management shows no certificate. */
export function mutualTlsGatewayOf({ cluster }: AzureApimSettings): string | undefined {
  if (cluster.type !== "istio" || cluster.mutualTls === undefined) return undefined;
  return `${workloadOf(cluster.istio).namespace}/${NAME}`;
}

/** The Gateway, which all APIs share. */
export function mutualTlsObjects({ cluster }: AzureApimSettings): readonly OwnedObject[] {
  if (cluster.type !== "istio" || cluster.mutualTls === undefined) return [];
  const { istio, host = "*", mutualTls } = cluster;
  const spec: NonNullable<IGateway["spec"]> = {
    selector: { ...workloadOf(istio).labels },
    servers: [
      {
        port: { number: tlsPort(istio), name: "https-azure-apim", protocol: "HTTPS" },
        hosts: [host],
        tls: { mode: "MUTUAL", credentialName: mutualTls.credentialName },
      },
    ],
  };
  return [platformObject(istio, { apiVersion: istio.apiVersion, kind: "Gateway" }, spec, NAME)];
}
