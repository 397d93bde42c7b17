import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";

/**
 * The users every control plane has, with their groups. Requests of each can be told apart in the audit log.
 * `unprivileged` may do only what RBAC objects grant it; the others may do everything.
 */
const USERS: Readonly<Record<string, readonly string[]>> = {
  admin: ["system:masters"],
  watcher: ["system:masters"],
  engine: ["system:masters"],
  "system:kube-controller-manager": ["system:masters"],
  unprivileged: [],
};

/** The files and tokens one control plane is started with. Lives in the instance directory. */
export interface Credentials {
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  /** @throws when the user is not one of those made at the start: the API server reads its users once */
  token(user: string): string;
}

/** Makes a random token for each user and the key pair that signs service account tokens. */
export async function createCredentials(dir: string): Promise<Credentials> {
  const tokens = new Map(Object.keys(USERS).map((user) => [user, randomBytes(24).toString("base64url")]));
  const tokenFile = path.join(dir, "tokens.csv");
  const lines = [...tokens].map(
    ([user, token]) => `${token},${user},${user},"${USERS[user]?.join(",") ?? ""}"\n`,
  );
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  const serviceAccountKeyFile = path.join(dir, "service-account.key");
  const serviceAccountPublicKeyFile = path.join(dir, "service-account.pub");
  await Promise.all([
    writeFile(tokenFile, lines.join(""), { mode: 0o600 }),
    writeFile(serviceAccountKeyFile, privateKey, { mode: 0o600 }),
    writeFile(serviceAccountPublicKeyFile, publicKey),
  ]);
  return {
    tokenFile,
    serviceAccountKeyFile,
    serviceAccountPublicKeyFile,
    token: (user) => {
      const token = tokens.get(user);
      if (token === undefined) {
        throw new Error(
          `the local control plane has no user "${user}", only ${Object.keys(USERS).join(", ")}`,
        );
      }
      return token;
    },
  };
}

/** What a client needs to reach the API server as one user. */
export interface Access {
  readonly server: string;
  /** PEM: the certificates to trust. */
  readonly ca: string;
  readonly user: string;
  readonly token: string;
}

/** Writes a self-contained kubeconfig (context `oda-api-local`) and returns `file`. */
export async function writeKubeconfig(file: string, access: Access): Promise<string> {
  const name = "oda-api-local";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: access.server,
          "certificate-authority-data": Buffer.from(access.ca).toString("base64"),
        },
      },
    ],
    users: [{ name: access.user, user: { token: access.token } }],
    contexts: [{ name, context: { cluster: name, user: access.user } }],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}
