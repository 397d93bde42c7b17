// Finds what a `$ref` refers to (RFC 6901, JSON Pointer, in RFC 3986 URI references), in the document or in others.
import { invalid } from "./document";
import { isObject, type Json, type JsonObject } from "./json";
import { shownUrl } from "./shown";

/** A document among those that refer to each other. */
export interface Source {
  readonly value: Json;
  /** What references in it are relative to; without, there are none to other documents. */
  readonly base: string | undefined;
}

/** What a reference refers to. */
export interface Target {
  readonly source: Source;
  /** Where in the source. */
  readonly tokens: readonly string[];
  readonly value: Json;
}

/** References that lead on from what a reference leads to, through members of what is a reference itself. */
const MAX_HOPS = 50;

/** A document and those that it refers to. */
export class Sources {
  /** Documents by URL, without fragment. */
  private readonly others = new Map<string, Source>();
  /** URLs of documents that are referred to and not there yet. */
  readonly missing = new Set<string>();

  /**
   * @param root the document itself
   * @param url where it was asked for, if it has been
   */
  constructor(
    readonly root: Source,
    url?: string,
  ) {
    for (const known of [url, root.base])
      if (known !== undefined) this.others.set(withoutFragment(known), root);
  }

  /** Documents that have come beside the root. */
  add(url: string, source: Source): void {
    this.others.set(url, source);
    this.missing.delete(url);
  }

  /**
   * What a reference in a document refers to; undefined while the other document is missing.
   *
   * @param where gives the place of the reference in its own document, for the message
   * @throws DocumentError where it leads nowhere.
   */
  find(reference: string, source: Source, where: () => string): Target | undefined {
    let hops = 0;
    const follow = (text: string, from: Source): Target | undefined => {
      const other = this.sourceOf(text, from, where);
      if (other === undefined) return undefined;
      let value: Json | undefined = other.value;
      const tokens = pointerOf(text);
      if (tokens === undefined) throw leadsNowhere(reference, where);
      for (const [index, token] of tokens.entries()) {
        if (isObject(value) && typeof value["$ref"] === "string" && value[token] === undefined) {
          if (++hops > MAX_HOPS) throw leadsNowhere(reference, where);
          const through = follow(value["$ref"], other);
          if (through === undefined) return undefined;
          return follow(pointerTo([...through.tokens, ...tokens.slice(index)]), through.source);
        }
        value = memberOf(value, token);
        if (value === undefined) throw leadsNowhere(reference, where);
      }
      return { source: other, tokens, value };
    };
    return follow(reference, source);
  }

  private sourceOf(reference: string, from: Source, where: () => string): Source | undefined {
    const address = withoutFragment(reference);
    if (address === "") return from;
    if (from.base === undefined && !/^https?:/i.test(address)) {
      throw invalid(
        `refers to another document at ${where()} (${shownUrl(address)}), relative to no address: write its whole URL, or ` +
          "put all into one document",
      );
    }
    if (!URL.canParse(address, from.base)) throw leadsNowhere(reference, where);
    const { href } = new URL(address, from.base);
    const found = this.others.get(href);
    if (found === undefined) this.missing.add(href);
    return found;
  }
}

function leadsNowhere(reference: string, where: () => string): Error {
  return invalid(`has a reference that leads nowhere at ${where()}: ${shownUrl(reference)}`);
}

function memberOf(value: Json, token: string): Json | undefined {
  if (Array.isArray(value))
    return /^\d+$/.test(token) ? (value as readonly Json[])[Number(token)] : undefined;
  return isObject(value) ? value[token] : undefined;
}

function withoutFragment(reference: string): string {
  return reference.split("#", 1)[0] ?? "";
}

/** The tokens of the pointer in a reference; undefined where its fragment is none. */
function pointerOf(reference: string): readonly string[] | undefined {
  const hash = reference.indexOf("#");
  const fragment = hash < 0 ? "" : reference.slice(hash + 1);
  if (fragment === "") return [];
  if (!fragment.startsWith("/")) return undefined;
  try {
    return decodeURIComponent(fragment)
      .slice(1)
      .split("/")
      .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}

function encodeToken(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** A pointer as a reference within a document. */
export function pointerTo(tokens: readonly string[]): string {
  return tokens.length === 0 ? "#" : `#/${tokens.map(encodeToken).join("/")}`;
}

/** A pointer as people read it: `#/paths/~1shop/get`. */
export function readablePointer(tokens: readonly string[]): string {
  return ["#", ...tokens.map((token) => token.replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}

/** Whether an object is a reference. */
export function isReference(value: Json | undefined): value is JsonObject & { readonly $ref: string } {
  return isObject(value) && typeof value["$ref"] === "string";
}
