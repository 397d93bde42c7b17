// ExposedAPI objects for the tests, in the shape of each version.
import { NAMESPACE } from "./cluster";

const specification = {
  v1beta3: (urls: string[]) => urls,
  v1beta4: (urls: string[]) => urls.map((url) => ({ url, version: "v4" })),
  v1: (urls: string[]) => urls.map((url) => ({ url, version: "v4" })),
} as const;

export type Version = keyof typeof specification;
export const versions = Object.keys(specification) as Version[];

/** `specification` as a version writes it. */
export function specificationOf(version: Version, ...urls: string[]): unknown {
  return specification[version](urls);
}

/** An ExposedAPI named `name` that serves `/name/v4`, with changes to its spec. */
export function exposedApi(
  name: string,
  spec: Record<string, unknown> = {},
  version: Version = "v1",
): Record<string, unknown> {
  return {
    apiVersion: `oda.tmforum.org/${version}`,
    kind: "ExposedAPI",
    metadata: { name, namespace: NAMESPACE, labels: { "oda.tmforum.org/componentName": "e2e" } },
    spec: {
      name,
      apiType: "openapi",
      specification: specificationOf(version, `https://example.org/${name}.json`),
      implementation: `${name}-svc`,
      path: `/${name}/v4`,
      port: 8080,
      ...spec,
    },
  };
}
