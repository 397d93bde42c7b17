// What the status of an API says of API Management.
import { type ApiDocument, type ExposedApi } from "../../spec";
import { type GatewayBinding } from "../gateway";
import { type AzureApimArgs } from "./policies/policy";

/**
 * `status.apimBind`: what was registered, as TM Forum's Azure operator writes it, and where it is.
 *
 * @param revision of the API in API Management
 */
export function bindingOf({ api, settings }: AzureApimArgs, revision: string | undefined): GatewayBinding {
  const { gatewayUrl, developerPortalUrl } = settings;
  return {
    field: "apimBind",
    value: {
      spec: specOf(api),
      gatewayUrl,
      developerPortalUrl,
      ...(revision === undefined ? {} : { revision }),
    },
  };
}

function specOf({ path, apiName, specification, implementation, port, rateLimit, cors }: ExposedApi): object {
  return {
    path,
    name: apiName,
    specification: specification.map(withoutText),
    implementation,
    port,
    rateLimit,
    CORS: cors,
  };
}

/** A document that is in the spec itself is too large for a status. */
function withoutText({ inline, ...document }: ApiDocument): object {
  return inline === undefined ? document : { ...document, inline: true };
}
