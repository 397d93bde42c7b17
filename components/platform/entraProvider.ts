// A provider of `jwt` of the platform file that is Microsoft Entra ID.
import { type Field, optional } from "../../spec";
import { type JwtProvider } from "../istio/settings";
import { type IdentityProviderPart } from "./azureApimPart";
import { UUID } from "./azureNames";
import { block, items } from "./fields";

/** A provider as each gateway is told of it; absent where a gateway cannot be. */
export interface ReadProvider {
  readonly istio?: JwtProvider;
  readonly azure?: IdentityProviderPart;
}

/** Keys of other providers. */
const FOREIGN_KEYS = ["issuer", "jwksUri", "jwks", "metadataUrl", "clientId"];

/** The issuer of version 2.0 tokens of a tenant ("Access token claims reference", Microsoft Learn). */
export function entraIssuer(tenantId: string): string {
  return `https://login.microsoftonline.com/${tenantId.toLowerCase()}/v2.0`;
}

/**
 * Reads a provider with `entra`. What of it is in Key Vault alone is not known to Istio, which is then told nothing:
 * without audiences it would take any token of the tenant.
 *
 * @param named its name and audiences
 */
export function readEntra(provider: Field, named: Pick<JwtProvider, "name" | "audiences">): ReadProvider {
  const entra = block(provider.get("entra"), ["tenantId", "clientIds"]);
  for (const key of FOREIGN_KEYS) {
    if (provider.get(key).isSet) provider.get(key).fail("must be left out where entra is set");
  }
  const tenantId = entra.get("tenantId").text(UUID);
  const ids = entra.get("clientIds");
  const clientIds = ids.isSet ? items(ids).flatMap((item) => item.text(UUID) ?? []) : undefined;
  if (Array.isArray(ids.value) && ids.value.length === 0 && named.audiences === undefined) {
    provider
      .get("audiences")
      .fail("is required where entra.clientIds is empty: any token of the tenant would pass");
  }
  const azure = {
    type: "entra",
    ...named,
    ...optional("tenantId", tenantId),
    ...optional("clientIds", clientIds),
  } as const;
  const audiences = named.audiences ?? clientIds?.flatMap((id) => [id, `api://${id}`]);
  if (tenantId === undefined || audiences === undefined) return { azure };
  const isAny = clientIds === undefined || clientIds.length === 0;
  const istio = {
    name: named.name,
    audiences,
    issuer: entraIssuer(tenantId),
    ...optional("clientIds", isAny ? undefined : clientIds),
  };
  return { istio, azure };
}

/** Only one provider can be of the tenant that is in Key Vault. */
export function mustDifferInTenant(providers: readonly Field[]): void {
  const unnamed = providers
    .map((each) => each.get("entra"))
    .filter((entra) => entra.isSet && !hasTenant(entra));
  for (const entra of unnamed.slice(1)) {
    entra.get("tenantId").fail("is required: another provider has the tenant of the Key Vault");
  }
}

function hasTenant(entra: Field): boolean {
  return entra.get("tenantId").isSet;
}
