// `whalecloudApig` of the platform file: how the WhaleCloud API gateway is reached.
import {
  DNS_LABEL,
  DNS_SUBDOMAIN,
  type Field,
  HTTP_URL,
  optional,
  PLAIN_TEXT,
  type TextRule,
} from "../../spec";
import { type WhalecloudApigSettings } from "../whalecloudApig/settings";
import { block, texts } from "./fields";

const KEYS = ["endpoint", "ingress", "mock", "timeout", "absentCodes"];

/** A scheme is what `APIG_ENDPOINT` of TM Forum's operator leaves out. */
const ENDPOINT: TextRule = {
  accepts: (text) => endpointOf(text) !== undefined,
  rule: "must be host[:port], or an http or https URL without a path",
};

const TIMEOUT = { from: 1, to: 300 } as const;

/** Reads `whalecloudApig`: only what it says, if anything. */
export function readWhalecloudApig(field: Field): Partial<WhalecloudApigSettings> | undefined {
  const apig = block(field, KEYS);
  if (!apig.isSet) return undefined;
  const endpoint = readEndpoint(apig.get("endpoint"));
  const absentCodes = texts(apig.get("absentCodes"), PLAIN_TEXT);
  return {
    ...optional("endpoint", endpoint),
    ...optional("ingress", readIngress(apig.get("ingress"))),
    ...optional("mock", apig.get("mock").boolean()),
    ...optional("timeout", apig.get("timeout").integer(TIMEOUT)),
    ...optional("absentCodes", absentCodes.length > 0 ? absentCodes : undefined),
  };
}

/** Before an `@` there may be a password. */
function readEndpoint(field: Field): string | undefined {
  const isShown = typeof field.value !== "string" || !field.value.includes("@");
  const text = (isShown ? field : field.secret()).text(ENDPOINT);
  return text === undefined ? undefined : endpointOf(text);
}

function readIngress(field: Field): WhalecloudApigSettings["ingress"] {
  const ingress = block(field, ["namespace", "name"]);
  if (!ingress.isSet) return undefined;
  return {
    namespace: ingress.get("namespace").required().text(DNS_LABEL) ?? "",
    name: ingress.get("name").required().text(DNS_SUBDOMAIN) ?? "",
  };
}

/** `http(s)://host[:port]` for a URL or for `host[:port]`; undefined for anything else. */
export function endpointOf(text: string): string | undefined {
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  return HTTP_URL.accepts(url) && /^[^:]*:\/\/[^/?#]+\/?$/.test(url) ? new URL(url).origin : undefined;
}
