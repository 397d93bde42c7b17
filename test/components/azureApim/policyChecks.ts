/** Reads a policy document, and compares it with Microsoft's policy reference. */
import assert from "node:assert/strict";
import { create } from "xmlbuilder2";
import { ill } from "../../support/azure/arm/wellFormed";
import { attributeRules, expressions, policyReference } from "./policyReference";

/** An element of a document. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
}

const SECTIONS = ["inbound", "backend", "outbound", "on-error"];

/** Attributes that may be expressions. */
const EXPRESSION_PLACES = ["counter-key", "condition"];

/** What is used of the parser's objects (DOM). */
interface Parsed {
  readonly nodeType: number;
  readonly localName?: string;
  readonly data?: string;
  readonly childNodes: Iterable<Parsed>;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
}

const ELEMENT = 1;
const TEXT = 3;

/** The document as a tree. Anything but elements and texts, such as comments, is refused. */
export function read(xml: string): Node {
  return nodeOf(create(xml).root().node as unknown as Parsed);
}

function nodeOf({ localName = "", attributes, childNodes }: Parsed): Node {
  const inside = [...childNodes];
  for (const { nodeType } of inside)
    assert.ok([ELEMENT, TEXT].includes(nodeType), `a node of type ${nodeType}`);
  return {
    name: localName,
    attributes: Object.fromEntries([...attributes].map(({ name, value }) => [name, value])),
    children: inside.filter(({ nodeType }) => nodeType === ELEMENT).map(nodeOf),
    text: inside
      .map(({ data = "" }) => data)
      .join("")
      .trim(),
  };
}

/** Asserts that API Management would take a document, as far as the reference says. */
export function assertAccepted(xml: string): void {
  // The parser closes what is open.
  assert.equal(ill(xml), undefined);
  const root = read(xml);
  assert.equal(root.name, "policies");
  assert.deepEqual(
    root.children.map(({ name }) => name),
    SECTIONS,
  );
  for (const section of root.children) assertSection(section);
  assertCorsFirst(root);
}

function assertSection({ name: section, children }: Node): void {
  const ofWiderScopes = children.filter(({ name }) => name === "base").length;
  // Requests are forwarded once: by the policies of wider scopes, or in place of them.
  const forwarding = children.filter(({ name }) => name === "forward-request").length;
  assert.equal(ofWiderScopes + forwarding, 1, `${section} takes the policies of wider scopes once`);
  for (const policy of children) {
    const { sections = [], once = false } = policyReference[policy.name] ?? {};
    assert.ok((sections as readonly string[]).includes(section), `${policy.name} in ${section}`);
    if (once) assert.equal(children.filter(({ name }) => name === policy.name).length, 1, policy.name);
    assertElement(policy);
  }
}

function assertElement(node: Node): void {
  const {
    required = [],
    optional = [],
    children = [],
    requiredChildren = [],
    text = false,
  } = policyReference[node.name] ?? assert.fail(`no policy is called ${node.name}`);
  const attributes = Object.keys(node.attributes);
  for (const name of required) assert.ok(attributes.includes(name), `${node.name} without ${name}`);
  for (const name of attributes)
    assert.ok([...required, ...optional].includes(name), `${node.name} has no ${name}`);
  const places = node.children.map(({ name }) => children.indexOf(name));
  assert.ok(!places.includes(-1), `${node.name} with ${node.children.map(({ name }) => name).join(", ")}`);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
    `the order inside ${node.name}`,
  );
  for (const name of requiredChildren)
    assert.ok(
      node.children.some((child) => child.name === name),
      `${node.name} without ${name}`,
    );
  assert.equal(node.text !== "", text, `the text of ${node.name}`);
  assertInert(node);
  assertValues(node);
  node.children.forEach(assertElement);
}

/** Nothing is an expression but what is meant to be one, and nothing names a named value. */
function assertInert({ name: element, attributes, text }: Node): void {
  for (const [name, value] of Object.entries({ ...attributes, "": text })) {
    assert.ok(!value.includes("{{"), `a named value in ${element} ${name}`);
    if (EXPRESSION_PLACES.includes(name))
      assert.ok(
        expressions.some((expression) => expression.test(value)),
        `${element} ${name}: ${value}`,
      );
    else assert.ok(!/@[({]/.test(value), `an expression in ${element} ${name}`);
  }
}

function assertValues({ name: element, attributes, children }: Node): void {
  for (const [name, value] of Object.entries(attributes))
    assert.match(value, attributeRules[name] ?? /^/, `${element} ${name}`);
  const number = (name: string): number => Number(attributes[name]);
  if (element === "rate-limit-by-key") assert.ok(number("renewal-period") <= 300);
  if (element === "quota-by-key") assert.ok(number("renewal-period") >= 300);
  if (element.endsWith("-by-key")) assert.ok(number("calls") < 2 ** 31);
  if (element === "validate-content") assert.ok(number("max-size") <= 102_400);
  if (element === "headers") {
    const names = children.map(({ attributes: { name } }) => name?.toLowerCase());
    assert.equal(new Set(names).size, names.length, "a header has one action, in upper or lower case");
  }
  const origins = children.find(({ name }) => name === "allowed-origins")?.children.map(({ text }) => text);
  if (origins?.includes("*")) {
    assert.deepEqual(origins, ["*"]);
    assert.notEqual(attributes["allow-credentials"], "true");
  }
}

/** Generally, only the first policy cors is applied, and it may be first only outside of all others. */
function assertCorsFirst({ children: [inbound] }: Node): void {
  const names = inbound?.children.map(({ name }) => name) ?? [];
  assert.ok([-1, 0].includes(names.indexOf("cors")), "cors is the first policy");
  assert.equal(names.at(-1), "set-backend-service");
}

/** The elements of a name anywhere in a document. */
export function elements(xml: string, name: string): readonly Node[] {
  const below = (node: Node): readonly Node[] => [
    ...(node.name === name ? [node] : []),
    ...node.children.flatMap(below),
  ];
  return below(read(xml));
}

/** The one element of a name in a document. */
export function only(xml: string, name: string): Node {
  const [found, ...others] = elements(xml, name);
  if (found === undefined || others.length > 0) throw new Error(`${others.length} others or no ${name}`);
  return found;
}

/** The texts of the elements of a name. */
export function texts(xml: string, name: string): readonly string[] {
  return elements(xml, name).map(({ text }) => text);
}
