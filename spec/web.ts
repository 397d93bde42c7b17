/** Rules for what the web puts into a spec: paths, URLs, origins, header names. All linear in the text. */
import { isIPv4, isIPv6 } from "node:net";
import { isHostName, type TextRule } from "./names";

const PATH_CHARACTERS = /^(?:[-A-Za-z0-9._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
const URL_CHARACTERS = /^(?:[-A-Za-z0-9._~!$&'()*+,;=:@/?#[\]]|%[0-9A-Fa-f]{2})*$/;
const ESCAPED_DOT_SLASH_OR_CONTROL = /%(?:2[ef]|[01][0-9a-f]|7f)/i;
const ORIGIN = /^([a-z][-a-z0-9+.]*):\/\/([^/?#@]+?)(?::([0-9]{1,5}))?$/;

/**
 * Path a gateway matches requests by (RFC 3986, section 3.3). What is refused beyond the grammar (empty and dot
 * segments, escaped slashes) is what Gateway API refuses in an `HTTPPathMatch`: gateways normalise it differently.
 */
export const API_PATH: TextRule = {
  accepts: (text) =>
    text.length <= 1024 && text.startsWith("/") && PATH_CHARACTERS.test(text) && hasPlainSegments(text),
  rule:
    'must start with "/", be at most 1024 path characters (RFC 3986) and have none of: query, fragment, "//", ' +
    'segment "." or "..", escaped slash, escaped dot, escaped control character',
};

/** Whole http or https URL. User names and passwords in it (RFC 9110, section 4.2.4) would end up in the status. */
export const HTTP_URL: TextRule = {
  accepts: isHttpUrl,
  rule: "must be an http or https URL of at most 2048 characters, without user name and password",
};

/** `spec.developerUI`: TM Forum writes a path, to which its operator puts the host; query and fragment may follow. */
export const PAGE: TextRule = {
  accepts: (text) => isHttpUrl(text) || isLocalReference(text),
  rule: 'must be a path that starts with one "/", or an http or https URL without user name and password',
};

/** Origin as a browser may send it (RFC 6454, section 6.2), in either case, or `*` for every origin. */
export const ORIGIN_OR_ANY: TextRule = {
  accepts: (text) => text === "*" || serialiseOrigin(text) !== undefined,
  rule: 'must be "*" or an origin: scheme://host or scheme://host:port',
};

/** Name of a method or header field (RFC 9110, section 5.6.2, token). */
export const TOKEN: TextRule = {
  accepts: (text) => text.length <= 256 && /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(text),
  rule: 'must be an HTTP token: letters, digits and "-!#$%&\'*+.^_`|~"',
};

/**
 * An origin as browsers write it: lower case, no port where it is the scheme's own (RFC 6454, section 6.2). Gateways
 * compare origins as texts. `undefined` when `text` is not an origin.
 */
export function serialiseOrigin(text: string): string | undefined {
  if (text.length > 512) return undefined;
  const [, scheme, host, port] = ORIGIN.exec(text.toLowerCase()) ?? [];
  if (scheme === undefined || host === undefined || !isHost(host)) return undefined;
  if (port === undefined) return `${scheme}://${host}`;
  const number = Number(port);
  if (number < 1 || number > 65535) return undefined;
  const isDefault = (scheme === "https" && number === 443) || (scheme === "http" && number === 80);
  return isDefault ? `${scheme}://${host}` : `${scheme}://${host}:${number}`;
}

function isHost(host: string): boolean {
  return isHostName(host) || isIPv4(host) || (/^\[.*\]$/.test(host) && isIPv6(host.slice(1, -1)));
}

function isHttpUrl(text: string): boolean {
  if (text.length > 2048 || !/^https?:\/\//i.test(text) || !URL_CHARACTERS.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

function isLocalReference(text: string): boolean {
  const [path = ""] = text.split(/[?#]/, 1);
  return text.length <= 2048 && URL_CHARACTERS.test(text) && API_PATH.accepts(path);
}

function hasPlainSegments(path: string): boolean {
  if (path.includes("//") || ESCAPED_DOT_SLASH_OR_CONTROL.test(path)) return false;
  return path.split("/").every((segment) => segment !== "." && segment !== "..");
}
