import { type Field } from "./field";
import { type ApiDocument } from "./model";
import { DNS_SUBDOMAIN, PLAIN_TEXT, SECRET_KEY, type TextRule } from "./names";
import { optional } from "./optional";
import { HTTP_URL } from "./web";

const URL_SCHEME = /^https?:/i;

/** A key of a ConfigMap, as a text. */
const CONFIG_MAP = /^configmap:([^/]*)\/(.*)$/s;

const CONFIG_MAP_SCHEME = /^configmap:/i;

/** Where a document is. Keys of ConfigMaps are named like those of Secrets (Kubernetes "ConfigMaps"). */
const LOCATION: TextRule = {
  accepts: (text) => HTTP_URL.accepts(text) || configMapOf(text) !== undefined,
  rule: `${HTTP_URL.rule}; or configmap:NAME/KEY, a key of a ConfigMap in the namespace of the object`,
};

/** What a document that stands in the resource itself looks like: JSON, or YAML with its version on any line. */
const INLINE: TextRule = {
  accepts: (text) => text.startsWith("{") || /^["']?(?:openapi|swagger)["']?[ \t]*:/m.test(text),
  rule: "must be an http or https URL without user name and password, configmap:NAME/KEY, or the API's document as JSON or YAML",
};

const ENTRY_RULE = "must be {url, version}, or a string: a URL or the API's document";

/**
 * Reads `spec.specification` in every shape it had: a list of texts (v1beta3), a list of `{url, version}` (v1beta4 and
 * v1), one `{url, version}`, or one text (the oldest kind and the Azure operator, whose text may be the document).
 * Absent gives an empty list: no version of the CRD requires it, and a gateway that cannot do without says so.
 *
 * @param field the place of `spec.specification`
 */
export function readDocuments(field: Field): readonly ApiDocument[] {
  return field.items().flatMap((item) => {
    const document =
      typeof item.value === "string" ? readText(item, item.value) : readEntry(item.object(ENTRY_RULE));
    return document === undefined ? [] : [document];
  });
}

/** A text is a URL as soon as it starts like one. What is inline is kept as text, not parsed. */
function readText(item: Field, written: string): ApiDocument | undefined {
  const text = written.trim();
  if (LOCATION.accepts(text)) return locationOf(text);
  if (!URL_SCHEME.test(text) && !CONFIG_MAP_SCHEME.test(text) && INLINE.accepts(text))
    return { inline: text };
  item.fail(INLINE.rule);
  return undefined;
}

function readEntry(entry: Field): ApiDocument | undefined {
  const location = entry.get("url").text(LOCATION);
  const version = entry.get("version").text(PLAIN_TEXT);
  if (location === undefined && version === undefined) return undefined;
  return { ...(location === undefined ? {} : locationOf(location)), ...optional("version", version) };
}

function locationOf(text: string): ApiDocument {
  const configMap = configMapOf(text);
  return configMap === undefined ? { url: text } : { configMap };
}

function configMapOf(text: string): ApiDocument["configMap"] {
  const [, name = "", key = ""] = CONFIG_MAP.exec(text) ?? [];
  return DNS_SUBDOMAIN.accepts(name) && SECRET_KEY.accepts(key) ? { name, key } : undefined;
}
