// Which document the gateway is told to read.
import { type ExposedApi, type FieldError } from "../../spec";

/** URL of the first document that has one. */
export function documentUrl({ specification }: ExposedApi): string | undefined {
  return specification.find(({ url }) => url !== undefined)?.url;
}

/**
 * See `Gateway.specErrors`: the gateway makes an API from a document that it fetches, and takes none that stands in the
 * object or in a ConfigMap.
 */
export function specErrors(api: ExposedApi): readonly FieldError[] {
  if (documentUrl(api) !== undefined) return [];
  return [
    {
      field: "spec.specification",
      value: undefined,
      rule: "must have the URL of a document, for the gateway whalecloud-apig fetches it itself",
    },
  ];
}
