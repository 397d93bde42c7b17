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
   * @throws {@link KeyVaultError} for the first, in the order of `names`, that cannot be read or is empty
   */
  async read(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    this.client ??= this.createClient().catch((error: unknown) => {
      this.client = undefined;
      throw error;
    });
    const client = await this.client;
    const deadline = AbortSignal.timeout(DEADLINE);
    const abortSignal = AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]);
    const reads = names.map(async (name) => [name, await this.value(client, name, abortSignal)] as const);
    // Which one fails first is chance, and whoever reads the message would take it for news.
    await Promise.allSettled(reads);
    const values = new Map<string, string>();
    for (const read of reads) values.set(...(await read));
    return values;
  }

  private async value(client: SecretReader, name: string, abortSignal: AbortSignal): Promise<string> {
    const value = await client.getSecret(name, { abortSignal }).catch((error: unknown) => {
      const ofVault = problemOfVault(error);
      if (ofVault !== undefined) throw new KeyVaultError(`Key Vault ${this.url} ${ofVault}`);
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

/** The end of a sentence that begins with the vault, of what is no matter of a secret; undefined for all else. */
function problemOfVault(error: unknown): string | undefined {
  if (isCredentialError(error)) return `cannot be read without an identity: ${credentialProblem(error)}`;
  if (!(error instanceof Error)) return undefined;
  if (error.name === "AbortError") return "did not answer in time";
  if (error.message.startsWith(FOREIGN_CHALLENGE)) return "asks for the token of another service";
  if (!isRequestError(error) || error.statusCode !== undefined) return undefined;
  if (error.code === "ENOTFOUND") return "cannot be reached: its host name is not known";
  return `cannot be reached (${error.code ?? error.name})`;
}

/**
 * The end of a sentence that begins with the secret. Only codes are repeated of what else the SDK says: its message for
 * an answer that is no JSON has the whole answer in it.
 */
function reasonOf(error: unknown): string {
  if (!isRequestError(error)) return `cannot be read (${error instanceof Error ? error.name : typeof error})`;
  const { statusCode = 0, code = "" } = error;
  if (statusCode === 404) return "is not there";
  if (statusCode === 401 || statusCode === 403) {
    return `may not be read by this identity (${statusCode}); it needs the permission to get secrets`;
  }
  return `cannot be read (${statusCode >= 400 ? statusCode : code})`;
}
