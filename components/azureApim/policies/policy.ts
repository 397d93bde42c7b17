// What each policy of API Management says of itself.
import { type GatewayArgs, type PolicyOutcome } from "../../gateway";
import { type AzureApimSettings } from "../settings";

export type AzureApimArgs = GatewayArgs<AzureApimSettings>;

/** A policy expression with its parentheses, `@(…)`. Of a spec only names that `isName` accepts are in one. */
export interface Expression {
  readonly expression: string;
}

/** An element of a policy document. Texts are escaped when the document is written. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | Expression>>;
  /** Other elements, or a text. */
  readonly children?: readonly XmlElement[] | string;
}

/** What becomes of one policy, and the elements by which it is enforced. */
export interface PolicyResult extends Omit<PolicyOutcome, "policy"> {
  readonly inbound?: readonly XmlElement[];
  readonly outbound?: readonly XmlElement[];
}

/** One policy, for an API that asks for it. */
export type AzureApimPolicy = (args: AzureApimArgs) => PolicyResult;

/** An element; numbers and truth values are written as XML has them. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | Expression>> = {},
  children?: readonly XmlElement[] | string,
): XmlElement {
  const texts = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value === "object" ? value : String(value),
  ]);
  return {
    name,
    ...(texts.length === 0 ? {} : { attributes: Object.fromEntries(texts) as XmlElement["attributes"] }),
    ...(children === undefined || children.length === 0 ? {} : { children }),
  };
}

/** `<parent><child>text</child>…</parent>`, or nothing where there are no texts. */
export function list(parent: string, child: string, texts: readonly string[]): readonly XmlElement[] {
  if (texts.length === 0) return [];
  return [
    element(
      parent,
      {},
      texts.map((text) => element(child, {}, text)),
    ),
  ];
}
