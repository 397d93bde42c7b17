/** What API Management looks at when it is given a policy document: that it is XML, and what it refers to. */
import { create } from "xmlbuilder2";
import { invalid } from "./refusal";
import { ill } from "./wellFormed";

/** What a policy document refers to, by name. */
export interface References {
  readonly fragments: readonly string[];
  readonly backends: readonly string[];
  readonly namedValues: readonly string[];
  /** Whether a request needs a token, which is not looked at further. */
  readonly asksForToken: boolean;
}

const TOKEN_POLICIES = ["validate-jwt", "validate-azure-ad-token"];

const SECTIONS = ["inbound", "backend", "outbound", "on-error"];

/** @throws Refusal for a text that is no policy document. */
export function referencesOf(text: unknown): References {
  if (typeof text !== "string") throw invalid("value", "The policy is missing.");
  const root = parsed(text);
  if (root.tagName !== "policies") throw invalid("value", "The root element must be 'policies'.");
  const sections = elementsIn(root).filter(({ parentNode }) => parentNode === root);
  for (const { tagName } of sections) {
    if (!SECTIONS.includes(tagName)) throw invalid("value", `'${tagName}' is not a section.`);
  }
  if (new Set(sections.map(({ tagName }) => tagName)).size < sections.length) {
    throw invalid("value", "A section is there twice.");
  }
  const all = elementsIn(root);
  const attributes = (tag: string, name: string): string[] =>
    all.filter(({ tagName }) => tagName === tag).flatMap((element) => element.getAttribute(name) ?? []);
  return {
    fragments: attributes("include-fragment", "fragment-id"),
    backends: attributes("set-backend-service", "backend-id"),
    asksForToken: all.some(({ tagName }) => TOKEN_POLICIES.includes(tagName)),
    namedValues: [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name = ""]) => name),
  };
}

/** What is used of the elements of xmlbuilder2. */
interface Element {
  readonly tagName: string;
  readonly parentNode: unknown;
  getAttribute(name: string): string | null;
  getElementsByTagName(name: string): Iterable<Element>;
}

function parsed(text: string): Element {
  const problem = ill(text);
  if (problem !== undefined) throw invalid("value", `Error in element 'policies': ${problem}.`);
  return create(text).root().node as unknown as Element;
}

function elementsIn(root: Element): Element[] {
  return [...root.getElementsByTagName("*")];
}
