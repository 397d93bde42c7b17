import { type Field } from "./field";
import { type ApiDocument } from "./model";
import { PLAIN_TEXT, type TextRule } from "./names";
import { optional } from "./optional";
import { HTTP_URL } from "./web";

const URL_SCHEME = /^https?:/i;

/** What a document that stands in the resource itself looks like: JSON, or YAML with its version on any line. */
const INLINE: TextRule = {
  accepts: (text) => text.startsWith("{") || /^["']?(?:openapi|swagger)["']?[ \t]*:/m.test(text),
  rule: "must be an http or https URL without user name and password, or the API's document as JSON or YAML",
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
  if (HTTP_URL.accepts(text)) return { url: text };
  if (!URL_SCHEME.test(text) && INLINE.accepts(text)) return { inline: text };
  item.fail(INLINE.rule);
  return undefined;
}

function readEntry(entry: Field): ApiDocument | undefined {
  const url = entry.get("url").text(HTTP_URL);
  const version = entry.get("version").text(PLAIN_TEXT);
  if (url === undefined && version === undefined) return undefined;
  return { ...optional("url", url), ...optional("version", version) };
}
