// `azureApim.cluster` of the platform file: the way from API Management into the cluster.
import { CIDR, DNS_SUBDOMAIN, type Field, HOST_NAME, isObject, optional, type TextRule } from "../../spec";
import { type AzureApimPart, defaultAzureApimPart } from "./azureApimPart";
import { ENTITY_ID } from "./azureNames";
import { block, texts } from "./fields";

type ClusterPart = AzureApimPart["cluster"];

const ANY_SIDE = ["type", "address", "allowFrom", "isolate", "host"];
const INGRESS_SIDE = [...ANY_SIDE, "className", "tlsSecretName"];
const ISTIO_SIDE = [...ANY_SIDE, "tls", "mutualTls"];

const RESOURCE_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/service\/[^/]+\/certificates\/[^/]+$/i;

/** API Management is given an address as the host of a URL. */
const ADDRESS: TextRule = {
  accepts: (text) => HOST_NAME.accepts(text) || isIpAddress(text),
  rule: "must be a host name or an IP address, one of IPv6 in brackets",
};

const CERTIFICATE: TextRule = {
  accepts: (text) => ENTITY_ID.accepts(text) || RESOURCE_ID.test(text),
  rule: `${ENTITY_ID.rule}; or the resource id of a certificate there, /subscriptions/…/certificates/name`,
};

/** Reads `azureApim.cluster`: an Ingress of the class istio unless it says otherwise. */
export function readCluster(field: Field): ClusterPart {
  if (!field.object().isSet) return defaultAzureApimPart.cluster;
  const type = isObject(field.value)
    ? (field.get("type").oneOf(["ingress", "istio"]) ?? "ingress")
    : "ingress";
  return type === "ingress"
    ? readIngressSide(block(field, INGRESS_SIDE))
    : readIstioSide(block(field, ISTIO_SIDE));
}

function readIngressSide(cluster: Field): ClusterPart {
  const className = cluster.get("className");
  if (cluster.get("allowFrom").isSet && className.isSet && className.value !== "istio") {
    className.fail("must be istio where allowFrom is set, which only the Istio gateway enforces");
  } else if (cluster.get("isolate").value === true && className.isSet && className.value !== "istio") {
    className.fail(
      "must be istio where isolate is true: Pods that are isolated take requests from the Istio gateway",
    );
  }
  return {
    type: "ingress",
    className: className.text(DNS_SUBDOMAIN) ?? "istio",
    ...readAnySide(cluster),
    ...optional("tlsSecretName", cluster.get("tlsSecretName").text(DNS_SUBDOMAIN)),
  };
}

/** Without the name of a host no Gateway can be told by which certificate it is served. */
function readIstioSide(cluster: Field): ClusterPart {
  const mutualTls = block(cluster.get("mutualTls"), ["credentialName", "certificateId"]);
  const tls = cluster.get("tls").boolean();
  if (mutualTls.isSet && tls === false)
    cluster.get("tls").fail("must be true, or left out, where mutualTls is set");
  if (mutualTls.isSet && !cluster.get("host").isSet)
    cluster.get("host").fail("is required where mutualTls is set");
  return {
    type: "istio",
    ...readAnySide(cluster),
    tls: tls ?? mutualTls.isSet,
    ...optional("mutualTls", mutualTls.isSet ? readMutualTls(mutualTls) : undefined),
  };
}

function readMutualTls(mutualTls: Field) {
  return {
    credentialName: mutualTls.get("credentialName").required().text(DNS_SUBDOMAIN) ?? "",
    certificateId: mutualTls.get("certificateId").required().text(CERTIFICATE) ?? "",
  };
}

function readAnySide(cluster: Field) {
  const allowFrom = texts(cluster.get("allowFrom"), CIDR);
  if (cluster.get("allowFrom").isSet && !cluster.get("host").isSet) {
    // Requests for any host would have to come from there, also those for an API that Istio serves on the same path.
    cluster.get("host").fail("is required where allowFrom is set");
  }
  return {
    ...optional("address", cluster.get("address").text(ADDRESS)),
    ...optional("allowFrom", allowFrom.length > 0 ? allowFrom : undefined),
    isolate: cluster.get("isolate").boolean() ?? false,
    ...optional("host", cluster.get("host").text(HOST_NAME)?.toLowerCase()),
  };
}

/** A URL has its host in the canonical form (URL Standard, host serializer). */
function isIpAddress(text: string): boolean {
  const url = `http://${text}`;
  return /^(?:[0-9.]+|\[[0-9a-f:]+\])$/.test(text) && URL.canParse(url) && new URL(url).hostname === text;
}
