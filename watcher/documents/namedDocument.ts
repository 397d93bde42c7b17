// Which document an API names in its spec.
import { type ApiDocument, type ExposedApi } from "../../spec";
import { digestOf } from "../../stack";

/** Where a document is, as the watcher reads it. */
export type DocumentPlace =
  | { readonly from: "url"; readonly url: string }
  | { readonly from: "configMap"; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly from: "inline"; readonly text: string };

/** The document that an API names. */
export interface NamedDocument {
  /** Equal for equal places, and with nothing in it that could be a secret. */
  readonly id: string;
  /** Field of the spec that names it. */
  readonly field: string;
  readonly place: DocumentPlace;
}

/** Ids of documents that stand in objects, which may be long. */
const inlineIds = new WeakMap<ApiDocument, string>();

/** The first document among `spec.specification`: a gateway imports one. Undefined where none is named. */
export function namedDocument({ namespace, specification }: ExposedApi): NamedDocument | undefined {
  for (const [index, entry] of specification.entries()) {
    const field = `spec.specification[${index}]`;
    const { url, configMap, inline } = entry;
    if (url !== undefined) {
      return { id: digestOf(`url ${url}`), field: `${field}.url`, place: { from: "url", url } };
    }
    if (configMap !== undefined) {
      const { name, key } = configMap;
      const id = digestOf(`configMap ${namespace}/${name}/${key}`);
      return { id, field: `${field}.url`, place: { from: "configMap", namespace, name, key } };
    }
    if (inline !== undefined) {
      const id = inlineIds.get(entry) ?? digestOf(`inline ${inline}`);
      inlineIds.set(entry, id);
      return { id, field, place: { from: "inline", text: inline } };
    }
  }
  return undefined;
}
