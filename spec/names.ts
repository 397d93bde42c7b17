/** Rules for names of Kubernetes and the DNS, and for plain text. All run in time linear in the text. */

/** A rule for one text: the test, and the rule in words for the user. */
export interface TextRule {
  readonly accepts: (text: string) => boolean;
  /** The end of a sentence that starts with the field and its value. */
  readonly rule: string;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** Text for people or for a gateway to look up, e.g. `spec.name`. */
export const PLAIN_TEXT: TextRule = {
  accepts: (text) => text.length <= 256 && !/\p{Cc}/u.test(text),
  rule: "must be at most 256 characters, none of them a control character",
};

/**
 * Name of a Service or a namespace: a DNS label (RFC 1123), which is also what newer clusters take for Services.
 * Older ones ask for a letter first (RFC 1035): every such name passes here too.
 */
export const DNS_LABEL: TextRule = {
  accepts: (text) => text.length <= 63 && LABEL.test(text),
  rule: 'must be a DNS label: at most 63 of a-z, 0-9 and "-", a letter or digit first and last',
};

/** Name of most Kubernetes objects: a DNS subdomain (RFC 1123, Kubernetes "Object Names and IDs"). */
export const DNS_SUBDOMAIN: TextRule = {
  accepts: (text) => text.length <= 253 && text.split(".").every((label) => LABEL.test(label)),
  rule: 'must be a DNS subdomain: at most 253 of a-z, 0-9, "-" and ".", a letter or digit around each "."',
};

/** Value of a label (Kubernetes "Labels and Selectors"). */
export const LABEL_VALUE: TextRule = {
  accepts: (text) => text.length <= 63 && /^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/.test(text),
  rule: 'must be a label value: at most 63 letters, digits, "-", "_" and ".", a letter or digit first and last',
};

/** Key of a Secret's data (Kubernetes "Secrets"). */
export const SECRET_KEY: TextRule = {
  accepts: (text) => text.length <= 253 && /^[-_.A-Za-z0-9]+$/.test(text),
  rule: 'must be a key of a Secret: at most 253 letters, digits, "-", "_" and "."',
};

/** Public host name in either case (RFC 1123, section 2.1, whose last label is never a number). */
export const HOST_NAME: TextRule = {
  accepts: isHostName,
  rule: "must be a DNS name, without scheme, port, path or wildcard, and not an IP address",
};

/** Whether `text` is a host name in either case: labels of at most 63 characters, the last one not a number. */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.toLowerCase().split(".");
  return labels.every(DNS_LABEL.accepts) && !/^[0-9]+$/.test(labels.at(-1) ?? "");
}
