// Where stacks keep their state, and how its secrets are encrypted.
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { withoutCredentials } from "./redact";

/** State backend of an installation. */
export interface BackendSettings {
  /** Any backend URL of Pulumi: file with an absolute path, s3, azblob, gs, https of Pulumi Cloud. */
  readonly url: string;
  /** `passphrase` or any secrets provider URL of Pulumi, for stacks that are new. */
  readonly secretsProvider: string;
  /** Passphrase of the passphrase provider; undefined leaves it to the environment. */
  readonly passphrase?: string;
}

/** Backend as configured; undefined fields take their defaults. */
export interface BackendOptions {
  readonly url?: string | undefined;
  readonly secretsProvider?: string | undefined;
  /** Whether PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE is set. */
  readonly passphraseInEnvironment: boolean;
}

/**
 * Resolves the backend. Without a URL, state lives in a folder of the installation and its secrets are encrypted
 * with a passphrase made once and kept beside it, readable by its owner only.
 *
 * @throws Error when the path of a file URL is not absolute, when a backend elsewhere would need a passphrase that only
 * this machine knew, and when the passphrase of the stacks in the folder is gone.
 */
export function resolveBackend(stateDir: string, options: BackendOptions): BackendSettings {
  // Pulumi Cloud encrypts by itself.
  const ownProvider = options.url?.startsWith("http") === true ? "default" : "passphrase";
  const secretsProvider = options.secretsProvider ?? ownProvider;
  const needsPassphrase = secretsProvider === "passphrase" && !options.passphraseInEnvironment;
  if (options.url !== undefined) {
    const url = absolute(options.url);
    if (needsPassphrase) {
      throw new Error(
        `PULUMI_BACKEND_URL is ${withoutCredentials(options.url)}, so PULUMI_CONFIG_PASSPHRASE, ` +
          "PULUMI_CONFIG_PASSPHRASE_FILE or ODA_SECRETS_PROVIDER must say how to encrypt secrets in it",
      );
    }
    return { url, secretsProvider };
  }
  const state = join(stateDir, "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const url = pathToFileURL(state).href;
  return needsPassphrase
    ? { url, secretsProvider, passphrase: ownPassphrase(stateDir) }
    : { url, secretsProvider };
}

/**
 * The URL with the path of a file backend in full. Pulumi would take a relative one from the folder of each of its
 * processes, so that each engine had a state of its own.
 */
function absolute(url: string): string {
  const [, given, query = ""] = /^file:\/\/([^?]*)(\?.*)?$/s.exec(url) ?? [];
  if (given === undefined) return url;
  const path = /^~(?:\/|$)/.test(given) ? join(home(), given.slice(1)) : given;
  if (isAbsolute(path)) return `file://${path}${query}`;
  throw new Error(
    `PULUMI_BACKEND_URL is ${withoutCredentials(url)}, and the path of a file:// URL must be absolute`,
  );
}

/** The home folder as Pulumi finds it: that of the user, and HOME where the system does not know the user. */
function home(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

function ownPassphrase(stateDir: string): string {
  const file = join(stateDir, "passphrase");
  if (!existsSync(file) && existsSync(join(stateDir, "state", ".pulumi", "stacks"))) {
    throw new Error(`${file} is missing, and without it the stacks beside it cannot be read: restore it`);
  }
  // Made under another name first, so that nobody reads it half written.
  const made = `${file}.${process.pid}`;
  writeFileSync(made, randomBytes(24).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(made);
  }
  const passphrase = readFileSync(file, "utf8").trim();
  if (passphrase === "") throw new Error(`${file} is empty: restore it`);
  return passphrase;
}

/** Variables of a process of the Pulumi engine, of either kind: its backend, and that it fetches nothing by itself. */
export function backendVariables({ url, passphrase }: BackendSettings): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: url,
    ...(passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}
