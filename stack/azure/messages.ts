// The words of the provider azure-native among those of an engine, and what of them everybody may read.

/** Headings of errors: of a resource that the provider makes or of the provider itself, and all of them. */
const HEADING = /^ {2}(?:azure-native:|pulumi:providers:azure-native )/;
const ANY_HEADING = /^ {0,2}\S/;

/**
 * What an engine's errors say of Azure: of the resources of azure-native, and lines that name an API Management service.
 * Other errors may read like Azure's, as those of a state backend that uses Azure's SDK.
 *
 * @param errors the engine's errors, below headings that name the resource, or without
 */
export function azureWords(errors: string): string {
  let isAzure = false;
  const kept = errors.split("\n").filter((line) => {
    if (ANY_HEADING.test(line)) isAzure = HEADING.test(line);
    return isAzure || line.includes("Microsoft.ApiManagement");
  });
  return kept.join("\n");
}

const SCOPE = String.raw`/subscriptions/[^/\s"'?]+(?:/resourceGroups/[^/\s"'?]+)?`;
/** An id of an entity of a service (Azure Resource Manager, "resource ID"), or a URL of it, within quotes or without. */
const ENTITY = new RegExp(
  String.raw`(["']?)(?:https?://[^/\s"']+)?${SCOPE}/providers/Microsoft\.ApiManagement/service/([^/\s"'?]+)(?:/([^\s"'?]+))?(?:\?[^\s"']*)?\1`,
  "gi",
);

/**
 * A text with the ids of entities of API Management as they are within their service, as `'apis/catalog' of API
 * Management service oda-apim`, and without those of subscriptions and resource groups.
 */
export function withinService(text: string): string {
  return text
    .replace(ENTITY, (_id, quote: string, service: string, entity: string | undefined) =>
      entity === undefined
        ? `API Management service ${service}`
        : `${quote}${entity}${quote} of API Management service ${service}`,
    )
    .replace(new RegExp(SCOPE, "gi"), "/subscriptions/…");
}
