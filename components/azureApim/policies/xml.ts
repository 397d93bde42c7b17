// Policy documents as text.
import { create } from "xmlbuilder2";
import { type XMLBuilder } from "xmlbuilder2/lib/interfaces";
import { type XmlElement } from "./policy";
import { isPlain } from "./texts";

/** The text of a document, with everything escaped that XML asks for: what API Management calls the format `xml`. */
export function xmlText(root: XmlElement): string {
  const document = create();
  write(document, root);
  return `${document.end({ headless: true, prettyPrint: true })}\n`;
}

function write(parent: XMLBuilder, { name, attributes = {}, children = [] }: XmlElement): void {
  const node = parent.ele(name);
  for (const [key, value] of Object.entries(attributes))
    node.att(key, withoutReferences(typeof value === "string" ? plain(value) : value.expression));
  if (typeof children === "string") node.txt(withoutReferences(plain(children)));
  else for (const child of children) write(node, child);
}

/**
 * The library escapes no `&` that a `;` follows somewhere: it takes that for a reference to a character. In a text `&#64;(`
 * would be an expression once API Management has read it.
 */
function withoutReferences(text: string): string {
  return text.replaceAll("&", "&amp;");
}

/** Policies look at the texts of a spec before: one that is not plain here is a bug, or a setting of the platform. */
function plain(text: string): string {
  if (isPlain(text)) return text;
  throw new Error("a policy document would have API Management evaluate a text of the platform's settings");
}
