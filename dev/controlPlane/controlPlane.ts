import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Toolchain } from "../toolchain";
import { ApiClient } from "./apiClient";
import { createCredentials, writeKubeconfig, type Credentials } from "./credentials";
import { installCrds, odaCrds, thirdPartyCrds, type OdaCrds } from "./customResources";
import { freePort } from "./ports";
import { etcd, kubeApiserver, kubeControllerManager, servingCertificate } from "./servers";
import { createInstanceDir, sweepStaleInstances } from "./sweep";
import { Supervisor } from "./supervisorClient";
import { waitFor } from "./waitFor";

/** A Kubernetes API of one's own: etcd, kube-apiserver and kube-controller-manager, without nodes. */
export interface ControlPlane {
  /** Path of an administrator's kubeconfig with the context `oda-api-local`. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** The directory of this instance: data, logs (`<server>.log`), certificates. Gone after `stop`. */
  readonly dir: string;
  /**
   * Path of a kubeconfig for one of the users made at the start: `admin`, `watcher`, `engine` (members of
   * `system:masters`) or `unprivileged` (may do what RBAC grants to the user of that name).
   */
  kubeconfigFor(user: string): Promise<string>;
  /** Path of the audit log, a JSON event of level Metadata per line, when it was asked for. */
  readonly auditLog: string | undefined;
  /** Ends the servers and removes the directory. May be called more than once. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly toolchain: Toolchain;
  /** Default `plain`: as shipped, without a status subresource. */
  readonly crds?: OdaCrds["variant"];
  /** Serve the older kind `API` (plural `apis`) too, or in place of ExposedAPI. */
  readonly legacyApiKind?: OdaCrds["legacyApiKind"];
  readonly audit?: boolean;
  /** Told what happens at the start, and when a server ends by itself later. */
  readonly log?: (line: string) => void;
}

/**
 * Starts a control plane with the custom resources of ODA, Istio and Prometheus and the namespaces
 * `components` and `istio-system`. Nothing of it outlives this process, however that ends.
 *
 * @throws with the last lines of its log when a server does not come up
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const log = options.log ?? (() => undefined);
  for (const dir of await sweepStaleInstances()) log(`removed what an earlier control plane left: ${dir}`);
  const dir = await createInstanceDir();
  const supervisor = await Supervisor.launch(dir, (name, how) => {
    log(`${name} of the local control plane ended: ${how}`);
  });
  try {
    return await start(options, supervisor, log);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function start(
  options: ControlPlaneOptions,
  supervisor: Supervisor,
  log: (line: string) => void,
): Promise<ControlPlane> {
  const { toolchain } = options;
  const { dir } = supervisor;
  const auditLog = options.audit ? path.join(dir, "audit.log") : undefined;
  await supervisor.start(etcd(toolchain, dir));
  const credentials = await createCredentials(dir);
  const server = await startApiServer(supervisor, toolchain, credentials, auditLog);
  log(`API server ready at ${server}`);

  const ca = await readFile(servingCertificate(dir), "utf8");
  const kubeconfigFor = async (user: string): Promise<string> =>
    writeKubeconfig(path.join(dir, `${user.replaceAll(":", "-")}.kubeconfig`), {
      server,
      ca,
      user,
      token: credentials.token(user),
    });
  const client = new ApiClient({ server, ca, user: "admin", token: credentials.token("admin") });
  try {
    await prepareCluster(client, options);
  } finally {
    client.close();
  }
  log("custom resources are served");

  // Last, so that its garbage collector finds all kinds at once; it looks for new ones every 30 s only.
  const managerConfig = await kubeconfigFor("system:kube-controller-manager");
  await supervisor.start(kubeControllerManager(toolchain, dir, managerConfig, credentials));
  supervisor.unref();
  return {
    kubeconfig: await kubeconfigFor("admin"),
    server,
    dir,
    kubeconfigFor,
    auditLog,
    stop: () => supervisor.stop(),
  };
}

async function startApiServer(
  supervisor: Supervisor,
  toolchain: Toolchain,
  credentials: Credentials,
  auditLog: string | undefined,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    await supervisor.start(await kubeApiserver(toolchain, supervisor.dir, credentials, { port, auditLog }));
    const server = `https://127.0.0.1:${port}`;
    try {
      await waitFor("the API server", 60_000, () => isReady(supervisor, server, credentials.token("admin")));
      return server;
    } catch (error) {
      const portTaken = (await supervisor.lastLines("kube-apiserver")).includes("address already in use");
      if (!portTaken || attempt === 3) throw error;
    }
  }
}

/** @throws when a server it depends on has ended, with that server's last words */
async function isReady(supervisor: Supervisor, server: string, token: string): Promise<true | undefined> {
  for (const name of ["etcd", "kube-apiserver"]) {
    if (!supervisor.isRunning(name)) {
      throw new Error(`${name} of the local control plane ended:\n${await supervisor.lastLines(name)}`);
    }
  }
  const ca = await readFile(servingCertificate(supervisor.dir), "utf8").catch(() => undefined);
  if (ca === undefined) return undefined;
  const client = new ApiClient({ server, ca, user: "admin", token });
  try {
    return (await client.send("GET", "/readyz")).status === 200 ? true : undefined;
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}

async function prepareCluster(client: ApiClient, options: ControlPlaneOptions): Promise<void> {
  const variant = options.crds ?? "plain";
  const oda = await odaCrds({ variant, legacyApiKind: options.legacyApiKind });
  const namespaces = ["components", "istio-system"].map((name) =>
    client.create("/api/v1/namespaces", `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`),
  );
  await Promise.all([
    ...namespaces,
    installCrds(client, [...oda, ...(await thirdPartyCrds(options.toolchain))]),
  ]);
}
