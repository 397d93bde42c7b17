// TLS for host names of APIs: Gateways of Istio, and certificates of cert-manager.
import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1beta1/Gateway";
import { type ExposedApi } from "../../../spec";
import { type OwnedObject } from "../../ownedObject";
import {
  nameAtGateway,
  objectAtGateway,
  platformObject,
  PLATFORM_NAME,
  workloadOf,
  type IstioArgs,
} from "../istioPolicy";
import { tlsPort, type IstioSettings } from "../settings";
import { virtualServiceHosts } from "../url";

type GatewaySpec = NonNullable<IGateway["spec"]>;

/** Spec of a Certificate (cert-manager.io/v1), as far as it is set here. */
interface CertificateSpec {
  readonly secretName: string;
  readonly dnsNames: readonly string[];
  readonly issuerRef: { readonly group: "cert-manager.io"; readonly kind: string; readonly name: string };
}

const CERTIFICATE = { apiVersion: "cert-manager.io/v1", kind: "Certificate" } as const;

/** The Secret of a certificate that is made for one API. */
const SECRET_SUFFIX = "oda-tls";

/**
 * Gateways that an API's VirtualService binds to beside the platform's. A Gateway for some hosts takes all requests to
 * them over TLS, so that APIs on every host bind to it too.
 */
export function tlsGatewaysOf(args: IstioArgs): readonly string[] {
  const { api, settings, context } = args;
  const { namespace } = workloadOf(settings);
  const [host = "*"] = virtualServiceHosts(api, settings);
  const hasCertificates = (settings.tls?.certificates ?? []).length > 0;
  if (hasCertificates && (host === "*" || isCovered(host, settings)))
    return [`${namespace}/${PLATFORM_NAME}`];
  return issuedHost(api, settings) === undefined
    ? []
    : [`${namespace}/${nameAtGateway(context?.hostHolder ?? api)}`];
}

/** Gateway and Certificate of an API whose host name no certificate of the platform covers. */
export function tlsObjects(args: IstioArgs): readonly OwnedObject[] {
  const { api, settings, context } = args;
  const host = issuedHost(api, settings);
  const issuer = settings.tls?.certManager;
  // Istio leaves out the second of two Gateways for one host and port.
  if (host === undefined || issuer === undefined || context?.hostHolder !== undefined) return [];
  const secretName = nameAtGateway(api, SECRET_SUFFIX);
  const certificate: CertificateSpec = {
    secretName,
    dnsNames: [host],
    issuerRef: { group: "cert-manager.io", kind: issuer.kind, name: issuer.issuer },
  };
  const gateway = gatewaySpec(settings, [{ hosts: [host], secretName }]);
  return [
    objectAtGateway(args, gatewayKind(settings), gateway),
    objectAtGateway(args, CERTIFICATE, certificate),
  ];
}

/** One Gateway for all certificates of the platform: browsers use a connection for every host of its certificate. */
export function tlsPlatformObjects(settings: IstioSettings): readonly OwnedObject[] {
  const certificates = settings.tls?.certificates ?? [];
  if (certificates.length === 0) return [];
  return [platformObject(settings, gatewayKind(settings), gatewaySpec(settings, certificates))];
}

/** Whether the API's own host name has a certificate of the platform. */
export function needsTlsPlatform({ hostname }: ExposedApi, settings: IstioSettings): boolean {
  return hostname !== undefined && isCovered(hostname, settings);
}

function gatewayKind({ apiVersion }: IstioSettings): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion, kind: "Gateway" };
}

function gatewaySpec(
  settings: IstioSettings,
  certificates: readonly { readonly hosts: readonly string[]; readonly secretName: string }[],
): GatewaySpec {
  return {
    selector: { ...workloadOf(settings).labels },
    servers: certificates.map(({ hosts, secretName }, index) => ({
      port: { number: tlsPort(settings), name: `https-${index}`, protocol: "HTTPS" },
      hosts: [...hosts],
      tls: { mode: "SIMPLE", credentialName: secretName },
    })),
  };
}

/** The API's own host name, where cert-manager is to make a certificate for it. */
function issuedHost({ hostname }: ExposedApi, settings: IstioSettings): string | undefined {
  if (settings.tls?.certManager === undefined || hostname === undefined) return undefined;
  return isCovered(hostname, settings) ? undefined : hostname;
}

/** Whether a certificate of the platform is for this host: a wildcard stands for one label (RFC 6125, 6.4.3). */
function isCovered(host: string, { tls }: IstioSettings): boolean {
  const wildcard = `*${host.slice(host.indexOf("."))}`;
  const hosts = (tls?.certificates ?? []).flatMap((certificate) => certificate.hosts);
  return hosts.some((each) => each.toLowerCase() === host || each.toLowerCase() === wildcard);
}
