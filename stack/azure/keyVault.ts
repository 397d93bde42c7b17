// Secrets of an Azure Key Vault, by their names.
import { type TokenCredential } from "@azure/core-auth";
import { type SecretClientOptions } from "@azure/keyvault-secrets";
import { credentialProblem, isCredentialError, isRequestError } from "./sdkErrors";

/** A secret could not be read. The message names the vault and the secret, never a value. */
export class KeyVaultError extends Error {
  override readonly name = "KeyVaultError";
}

/** As much of the SDK's client as is used. */
interface SecretReader {
  getSecret(
    name: string,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{ readonly value?: string }>;
}

/** Options of the SDK, such as its retries. */
export type KeyVaultOptions = Pick<SecretClientOptions, "retryOptions" | "tlsOptions" | "agent">;

/** Milliseconds that reading all secrets may take, with the SDK's own tries. */
const DEADLINE = 60_000;

/** A stand-in on this machine asks for tokens of Key Vault; of any other host the SDK checks that it asks for its own. */
const STAND_IN: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** What the SDK says where a host asks for tokens of somebody else. */
const FOREIGN_CHALLENGE = "The challenge ";

/** Reads secrets. The SDK is loaded at the first read. */
export class KeyVault {
  private client: Promise<SecretReader> | undefined;

  /** @param url `https://host[:port]` */
  constructor(
    readonly url: string,
    private readonly credential: TokenCredential,
    private readonly options: KeyVaultOptions = {},
  ) {}

  /**
   * The values of secrets, by name, without white space around them. Many are asked for at once.
   *
   * @throws {@link KeyVaultError} for the first that cannot be read or is empty
   */
  async read(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    this.client ??= this.createClient().catch((error: unknown) => {
      this.client = undefined;
      throw error;
    });
    const client = await this.client;
    const others = new AbortController();
    const deadline = AbortSignal.timeout(DEADLINE);
    const abortSignal = AbortSignal.any([deadline, others.signal, ...(signal === undefined ? [] : [signal])]);
    const reads = names.map(async (name) => [name, await this.value(client, name, abortSignal)] as const);
    try {
      return new Map(await Promise.all(reads));
    } finally {
      others.abort();
    }
  }

  private async value(client: SecretReader, name: string, abortSignal: AbortSignal): Promise<string> {
    const value = await client.getSecret(name, { abortSignal }).catch((error: unknown) => {
      throw new KeyVaultError(`Key Vault ${this.url}: secret ${JSON.stringify(name)} ${reasonOf(error)}`);
    });
    const text = value.value?.trim() ?? "";
    if (text !== "") return text;
    throw new KeyVaultError(`Key Vault ${this.url}: secret ${JSON.stringify(name)} is empty`);
  }

  private async createClient(): Promise<SecretReader> {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    return new SecretClient(this.url, this.credential, {
      ...this.options,
      disableChallengeResourceVerification: STAND_IN.includes(new URL(this.url).hostname),
    });
  }
}

/**
 * The end of a sentence that begins with the secret. Only codes are repeated of what else the SDK says: its message for
 * an answer that is no JSON has the whole answer in it.
 */
function reasonOf(error: unknown): string {
  if (isCredentialError(error)) return `cannot be read without an identity: ${credentialProblem(error)}`;
  if (!isRequestError(error)) return reasonOfOther(error);
  const { statusCode = 0, code = "" } = error;
  if (statusCode === 404) return "is not there";
  if (statusCode === 401 || statusCode === 403) {
    return `may not be read by this identity (${statusCode}); it needs the permission to get secrets`;
  }
  return `cannot be read (${statusCode >= 400 ? statusCode : code})`;
}

function reasonOfOther(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be read";
  if (error.name === "AbortError") return "was not answered in time";
  if (error.message.startsWith(FOREIGN_CHALLENGE))
    return "is where somebody asks for the token of another service";
  return `cannot be read (${error.name})`;
}
