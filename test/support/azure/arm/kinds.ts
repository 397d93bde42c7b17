/** The kinds of entities in Azure API Management that are served: ARM resource types of `Microsoft.ApiManagement/service`. */

/** Properties of an entity, as ARM has them. */
export type Properties = Readonly<Record<string, unknown>>;

interface Kind {
  /** Path below the service, with `*` for each id. */
  readonly pattern: string;
  /** Properties that are taken and never given back (REST reference, `Contract` beside `CreateContract`). */
  readonly writeOnly?: readonly string[];
}

const kinds = [
  { pattern: "apis/*", writeOnly: ["format", "value", "translateRequiredQueryParameters"] },
  { pattern: "apis/*/policies/*", writeOnly: ["format"] },
  { pattern: "apis/*/operations/*" },
  { pattern: "apis/*/operations/*/policies/*", writeOnly: ["format"] },
  { pattern: "apis/*/diagnostics/*" },
  { pattern: "apiVersionSets/*" },
  { pattern: "backends/*" },
  { pattern: "namedValues/*", writeOnly: ["value"] },
  { pattern: "loggers/*", writeOnly: ["credentials"] },
  { pattern: "openidConnectProviders/*", writeOnly: ["clientSecret"] },
  { pattern: "policyFragments/*", writeOnly: ["format"] },
  { pattern: "products/*" },
  { pattern: "products/*/apiLinks/*" },
  { pattern: "subscriptions/*", writeOnly: ["primaryKey", "secondaryKey"] },
] as const satisfies readonly Kind[];

/** Pattern of a kind. */
export type KindPattern = (typeof kinds)[number]["pattern"];

/** The kind that a path below the service belongs to; undefined for one that is not served. */
export function kindOf(path: string): KindPattern | undefined {
  const pattern = path
    .split("/")
    .map((segment, index) => (index % 2 === 1 ? "*" : segment))
    .join("/");
  return kinds.find((kind) => kind.pattern === pattern)?.pattern;
}

/** The entity that must be there for this one to be: undefined at the top. */
export function parentOf(path: string): string | undefined {
  const parent = path.split("/").slice(0, -2).join("/");
  return parent === "" ? undefined : parent;
}

/** ARM type of a kind, such as `Microsoft.ApiManagement/service/apis/policies`. */
export function typeOf(pattern: KindPattern): string {
  return `Microsoft.ApiManagement/service/${pattern.replaceAll("/*", "")}`;
}

/** What ARM gives back of the properties of an entity. */
export function readable(pattern: KindPattern, properties: Properties): Properties {
  const kind: Kind | undefined = kinds.find((one) => one.pattern === pattern);
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => kind?.writeOnly?.includes(name) !== true),
  );
}
