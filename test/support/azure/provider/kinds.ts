/** How the resources of azure-native stand for entities in ARM (package schema of azure-native 3, module apimanagement). */

/** Values of a resource, as they go over the wire. */
export type Values = Readonly<Record<string, unknown>>;

/** One type of resource. */
interface ResourceKind {
  /** Path below the service: names of collections and, behind each, the input that holds the id. */
  readonly path: readonly string[];
  /** Inputs whose name in ARM is another. */
  readonly renamed?: Readonly<Record<string, string>>;
}

const kinds: Readonly<Record<string, ResourceKind>> = {
  Api: {
    path: ["apis", "apiId"],
    renamed: {
      apiType: "type",
      soapApiType: "apiType",
      translateRequiredQueryParametersConduct: "translateRequiredQueryParameters",
    },
  },
  ApiPolicy: { path: ["apis", "apiId", "policies", "policyId"] },
  ApiOperation: { path: ["apis", "apiId", "operations", "operationId"] },
  ApiOperationPolicy: { path: ["apis", "apiId", "operations", "operationId", "policies", "policyId"] },
  ApiDiagnostic: { path: ["apis", "apiId", "diagnostics", "diagnosticId"] },
  ApiVersionSet: { path: ["apiVersionSets", "versionSetId"] },
  Backend: { path: ["backends", "backendId"] },
  NamedValue: { path: ["namedValues", "namedValueId"] },
  Logger: { path: ["loggers", "loggerId"] },
  OpenIdConnectProvider: { path: ["openidConnectProviders", "opid"] },
  PolicyFragment: { path: ["policyFragments", "id"] },
  Product: { path: ["products", "productId"] },
  ProductApiLink: { path: ["products", "productId", "apiLinks", "apiLinkId"] },
  Subscription: { path: ["subscriptions", "sid"] },
};

/** Version of ARM's interface that azure-native 3.28.0 uses for API Management. */
export const API_VERSION = "2024-05-01";

/** @throws Error for a type that the stand-in does not know. */
function kindOf(urn: string): ResourceKind {
  const type = /azure-native:apimanagement:(\w+)::/.exec(urn)?.[1] ?? "";
  const kind = kinds[type];
  if (kind === undefined) throw new Error(`the stand-in does not know the resource ${urn}`);
  return kind;
}

/** Inputs that make up the id: where they change, the resource is replaced. */
export function idInputs(urn: string): readonly string[] {
  return ["resourceGroupName", "serviceName", ...kindOf(urn).path.filter((_, index) => index % 2 === 1)];
}

/** ARM id of a resource. */
export function idOf(urn: string, subscriptionId: string, inputs: Values): string {
  const text = (name: string): string => encodeURIComponent(String(inputs[name]));
  const service =
    `/subscriptions/${subscriptionId}/resourceGroups/${text("resourceGroupName")}` +
    `/providers/Microsoft.ApiManagement/service/${text("serviceName")}`;
  return [service, ...kindOf(urn).path.map((part, index) => (index % 2 === 1 ? text(part) : part))].join("/");
}

/** Body of a request that writes a resource. */
export function bodyOf(urn: string, inputs: Values): object {
  const left = idInputs(urn);
  const { renamed = {} } = kindOf(urn);
  const properties = Object.entries(inputs)
    .filter(([name]) => !left.includes(name))
    .map(([name, value]) => [renamed[name] ?? name, value]);
  return { properties: Object.fromEntries(properties) as Values };
}

/** Outputs of a resource, from what ARM tells of it. */
export function outputsOf(urn: string, answer: Values): Values {
  const { properties, name, type } = answer as { readonly properties: Values } & Values;
  const { renamed = {} } = kindOf(urn);
  const names = new Map(Object.entries(renamed).map(([input, inArm]) => [inArm, input]));
  const known = Object.entries(properties)
    .filter(([, value]) => value !== null)
    .map(([inArm, value]) => [names.get(inArm) ?? inArm, value]);
  return { ...(Object.fromEntries(known) as Values), name, type, azureApiVersion: API_VERSION };
}
