// Settings of Azure API Management, kept up to date with Key Vault: read once for all APIs.
import { type TokenCredential } from "@azure/core-auth";
import {
  type AzureApimPart,
  type AzureApimSettings,
  type IstioSettings,
  keyVaultSecrets,
} from "../../components";
import { canonicalJson } from "../../spec";
import { defaultCredential } from "./credential";
import { KeyVault, KeyVaultError, type KeyVaultOptions } from "./keyVault";
import { checkedValues, fieldsFor, neededOf, resolveSettings, SecretValueError } from "./resolveSettings";

/** What the settings are made from. */
export interface AzureSettingsOptions {
  readonly part: AzureApimPart;
  /** URL of the Key Vault, `https://host[:port]`. */
  readonly vaultUrl?: string | undefined;
  /** Istio in the cluster. */
  readonly istio: IstioSettings;
  /** Who reads the vault; DefaultAzureCredential unless it is said. */
  readonly credential?: TokenCredential;
  readonly log?: SettingsLog;
  /** Milliseconds between two reads of the vault, five minutes unless it is said. */
  readonly refreshMs?: number;
  /** Milliseconds after a first failure; each further one doubles them, up to `refreshMs`. */
  readonly retryMs?: number;
  readonly vault?: KeyVaultOptions;
}

/** As much of a logger as is used. No value of a secret is handed to it. */
export interface SettingsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const REFRESH = 5 * 60_000;
const RETRY = 1000;

/**
 * The settings as the platform file and Key Vault have them now. What the file says wins; a vault is asked only for
 * what it leaves out. The last good settings stay while the vault is away or has something wrong.
 */
export class AzureSettingsSource {
  private readonly vault: KeyVault | undefined;
  private readonly stopping = new AbortController();
  private current: AzureApimSettings | undefined;
  private trouble: string | undefined;
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private onChange: () => void = () => undefined;

  constructor(private readonly options: AzureSettingsOptions) {
    const { part, vaultUrl, istio, credential = defaultCredential(), vault } = options;
    const fields = fieldsFor(part);
    if (fields.length > 0 && vaultUrl === undefined) {
      this.trouble =
        `Azure API Management is not configured: the platform file has to name ${fields.join(", ")}, ` +
        "or a Key Vault has to be named that has them (azureApim.keyVault, KEY_VAULT_NAME)";
    } else if (neededOf(part).length === 0) {
      this.current = resolveSettings(part, {}, vaultUrl, istio);
    } else if (vaultUrl !== undefined) {
      this.vault = new KeyVault(vaultUrl, credential, vault);
      this.trouble = `Key Vault ${vaultUrl} has not answered yet`;
    }
  }

  /** The settings; undefined until they are known. Costs nothing, however many ask. */
  settings(): AzureApimSettings | undefined {
    return this.current;
  }

  /** What is missing, or why the vault could not be read the last time, naming the secret; undefined when all is well. */
  problem(): string | undefined {
    return this.trouble;
  }

  /**
   * Reads the vault now, and again for as long as the process runs.
   *
   * @param onChange called when there are other settings, and while there are none when the problem is another one
   */
  start(onChange: () => void): void {
    this.onChange = onChange;
    if (this.vault !== undefined) void this.refresh();
  }

  /** Reads the vault now; a read that is under way is shared. Never fails: {@link problem} says what went wrong. */
  refresh(): Promise<void> {
    const { vault } = this;
    if (vault === undefined || this.stopping.signal.aborted) return Promise.resolve();
    this.reading ??= this.read(vault).finally(() => {
      this.reading = undefined;
      this.schedule();
    });
    return this.reading;
  }

  /** Ends a read that is under way; none follows. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.reading;
  }

  private async read(vault: KeyVault): Promise<void> {
    const { part, vaultUrl, istio } = this.options;
    const needed = neededOf(part);
    try {
      const secrets = await vault.read(
        needed.map((value) => keyVaultSecrets[value]),
        this.stopping.signal,
      );
      this.succeed(resolveSettings(part, checkedValues(needed, secrets), vaultUrl, istio));
    } catch (error) {
      if (!this.stopping.signal.aborted) this.fail(problemOf(error, vault.url));
    }
  }

  private succeed(settings: AzureApimSettings): void {
    const { log, vaultUrl } = this.options;
    const isNew = canonicalJson(settings) !== canonicalJson(this.current);
    const isBack = this.failures > 0;
    this.current = settings;
    this.trouble = undefined;
    this.failures = 0;
    if (isNew || isBack) log?.info({ vault: vaultUrl, changed: isNew }, "settings read from Key Vault");
    if (isNew) this.onChange();
  }

  private fail(problem: string): void {
    const isNew = problem !== this.trouble;
    this.trouble = problem;
    this.failures += 1;
    if (isNew) {
      const then =
        this.current === undefined
          ? "no API can be exposed through azure-apim"
          : "the last settings are used";
      this.options.log?.warn({ problem, then }, "settings not read from Key Vault");
    }
    if (isNew && this.current === undefined) this.onChange();
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    const { refreshMs = REFRESH, retryMs = RETRY } = this.options;
    const pause = Math.min(refreshMs, retryMs * 2 ** Math.min(Math.max(0, this.failures - 1), 30));
    const delay = this.failures === 0 ? refreshMs : pause;
    clearTimeout(this.timer);
    // The second half is random: many processes that lost the vault together do not come back together.
    this.timer = setTimeout(() => void this.refresh(), Math.ceil((delay * (1 + Math.random())) / 2));
    this.timer.unref();
  }
}

function problemOf(error: unknown, vault: string): string {
  if (error instanceof KeyVaultError) return error.message;
  if (error instanceof SecretValueError) return `Key Vault ${vault}: ${error.message}`;
  // Nothing of an error that nobody foresaw is shown: it may hold what the vault answered.
  return `Key Vault ${vault} cannot be read (${error instanceof Error ? error.name : "unknown"})`;
}
