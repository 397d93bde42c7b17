// Whether the issuers of tokens that the platform file names can be asked for their keys, as gateways do.
import { discoveryUrl, entraIssuer, type IdentityProviderPart, type JwtProvider } from "../../components";
import { optional } from "../../spec";
import { DiscoveryError, type DiscoveryLimits, DiscoveryReader } from "./discovery";

/** A provider, and what of it is looked at. */
export interface ProviderToCheck {
  readonly name: string;
  readonly issuer: string;
  /** Its discovery document, where a gateway reads that. */
  readonly metadataUrl?: string;
  /** Its key set, where it is named beside the discovery document or in place of it. */
  readonly jwksUri?: string;
}

/** What is wrong with a provider, as a sentence. */
export interface ProviderProblem {
  readonly name: string;
  readonly problem: string;
}

/** Providers that are asked at a time. */
const AT_ONCE = 8;

/**
 * The providers of a platform file with what gateways read of each: the discovery document, or a key set that the file
 * names. One with a key set in the file is not asked by Istio; one whose tenant is in Key Vault is not known here.
 *
 * @param istio the providers that Istio is told of
 * @param azure those that API Management is told of
 */
export function providersToCheck(
  istio: readonly JwtProvider[],
  azure: readonly IdentityProviderPart[],
): readonly ProviderToCheck[] {
  const known = new Map<string, ProviderToCheck>();
  for (const { name, issuer, jwksUri, jwks } of istio) {
    const isDiscovered = jwksUri === undefined && jwks === undefined;
    const metadataUrl = isDiscovered ? discoveryUrl(issuer) : undefined;
    known.set(name, {
      name,
      issuer,
      ...optional("jwksUri", jwksUri),
      ...optional("metadataUrl", metadataUrl),
    });
  }
  for (const provider of azure) {
    if (provider.type === "oidc") {
      const { name, issuer, metadataUrl } = provider;
      // Where the file does not name it, a key set beside it may be all that the issuer has.
      const isNamed = metadataUrl !== discoveryUrl(issuer);
      if (isNamed) known.set(name, { ...known.get(name), name, issuer, metadataUrl });
    } else if (provider.tenantId !== undefined) {
      const issuer = entraIssuer(provider.tenantId);
      known.set(provider.name, { name: provider.name, issuer, metadataUrl: discoveryUrl(issuer) });
    }
  }
  return [...known.values()].filter(({ metadataUrl, jwksUri }) => metadataUrl ?? jwksUri);
}

/**
 * Asks each provider for what gateways ask it for.
 *
 * @returns what is wrong, in the order of the providers; nothing where all is well
 */
export async function checkProviders(
  providers: readonly ProviderToCheck[],
  { limits, signal }: { readonly limits?: Partial<DiscoveryLimits>; readonly signal?: AbortSignal } = {},
): Promise<readonly ProviderProblem[]> {
  const reader = new DiscoveryReader(limits);
  const problems: (ProviderProblem | undefined)[] = [];
  try {
    for (let from = 0; from < providers.length; from += AT_ONCE) {
      const some = providers.slice(from, from + AT_ONCE);
      problems.push(...(await Promise.all(some.map((provider) => problemOf(provider, reader, signal)))));
    }
  } finally {
    await reader.stop();
  }
  return problems.filter((problem) => problem !== undefined);
}

async function problemOf(
  { name, issuer, metadataUrl, jwksUri }: ProviderToCheck,
  reader: DiscoveryReader,
  signal?: AbortSignal,
): Promise<ProviderProblem | undefined> {
  try {
    const discovered = metadataUrl && (await reader.discover(metadataUrl, issuer, signal)).jwksUri;
    const keySets = new Set([discovered, jwksUri].filter((url) => url !== undefined));
    await Promise.all([...keySets].map((url) => reader.countKeys(url, signal)));
    return undefined;
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    return { name, problem: error.message };
  }
}
