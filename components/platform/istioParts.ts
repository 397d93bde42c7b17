// Parts of the platform file that say how the gateway is run: its workload, who verifies API keys, certificates.
import {
  DNS_LABEL,
  DNS_SUBDOMAIN,
  type Field,
  HOST_NAME,
  isObject,
  LABEL_VALUE,
  optional,
  type TextRule,
} from "../../spec";
import {
  type ApiKeySettings,
  type GatewayWorkload,
  type TlsCertificate,
  type TlsSettings,
} from "../istio/settings";
import { block, items, memberOf, mustDiffer, texts } from "./fields";

/** Key of a label (Kubernetes "Labels and Selectors"): a name, after a DNS subdomain and a slash where it has a prefix. */
const LABEL_KEY = /^(?:([^/]*)\/)?([^/]*)$/;

/**
 * Host name of a certificate, whose first label may be any one (RFC 6125, section 6.4.3). Istio takes none of one label
 * for a Gateway.
 */
const CERTIFICATE_HOST: TextRule = {
  accepts: (text) => text.includes(".") && HOST_NAME.accepts(text.replace(/^\*\./, "")),
  rule: 'must be a DNS name of two labels or more, with "*" as its first label or without',
};

/** Reads `gateway`: only what it says, if anything. */
export function readWorkload(field: Field): Partial<GatewayWorkload> | undefined {
  const gateway = block(field, ["namespace", "labels"]);
  if (!gateway.isSet) return undefined;
  const workload = {
    ...optional("namespace", gateway.get("namespace").text(DNS_LABEL)),
    ...optional("labels", readLabels(gateway.get("labels"))),
  };
  return Object.keys(workload).length === 0 ? undefined : workload;
}

/** No label at all would select every Pod of the namespace. */
function readLabels(field: Field): Readonly<Record<string, string>> | undefined {
  const labels = field.object();
  if (!isObject(labels.value)) return undefined;
  const keys = Object.keys(labels.value);
  if (keys.length === 0) labels.fail("must have at least one label, or be left out");
  return Object.fromEntries(
    keys.map((key) => {
      const label = memberOf(labels, key).required();
      if (!isLabelKey(key)) label.fail("must have a label's key before it: [prefix/]name");
      return [key, label.text(LABEL_VALUE) ?? ""];
    }),
  );
}

function isLabelKey(key: string): boolean {
  const [, prefix, name = ""] = LABEL_KEY.exec(key) ?? [];
  return LABEL_VALUE.accepts(name) && (prefix === undefined || DNS_SUBDOMAIN.accepts(prefix));
}

/** Reads `apiKeys`. Istio takes a DNS label for the name of a provider in an AuthorizationPolicy. */
export function readApiKeys(field: Field): ApiKeySettings | undefined {
  const apiKeys = block(field, ["provider"]);
  if (!apiKeys.isSet) return undefined;
  return { provider: apiKeys.get("provider").required().text(DNS_LABEL) ?? "" };
}

/** Reads `tls`: no host stands in two certificates. */
export function readTls(field: Field): TlsSettings | undefined {
  const tls = block(field, ["port", "certificates", "certManager"]);
  if (!tls.isSet) return undefined;
  const certificates = items(tls.get("certificates")).map((item) => block(item, ["hosts", "secretName"]));
  mustDiffer(
    certificates.flatMap((certificate) => certificate.get("hosts").items()),
    (host) => host.toLowerCase(),
  );
  return {
    ...optional("port", tls.get("port").integer({ from: 1, to: 65535 })),
    ...optional("certificates", certificates.length > 0 ? certificates.map(readCertificate) : undefined),
    ...optional("certManager", readCertManager(tls.get("certManager"))),
  };
}

function readCertificate(certificate: Field): TlsCertificate {
  return {
    hosts: texts(certificate.get("hosts").required(), CERTIFICATE_HOST).map((host) => host.toLowerCase()),
    secretName: certificate.get("secretName").required().text(DNS_SUBDOMAIN) ?? "",
  };
}

/** The kind is `Issuer`, of the gateway's namespace, unless it is said: as in cert-manager's `issuerRef`. */
function readCertManager(field: Field): TlsSettings["certManager"] {
  const certManager = block(field, ["issuer", "kind"]);
  if (!certManager.isSet) return undefined;
  return {
    issuer: certManager.get("issuer").required().text(DNS_SUBDOMAIN) ?? "",
    kind: certManager.get("kind").oneOf(["Issuer", "ClusterIssuer"]) ?? "Issuer",
  };
}
