import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type Toolchain } from "../toolchain";
import { type Credentials } from "./credentials";
import { type ServerCommand } from "./supervisorClient";

/**
 * A socket in the instance directory, which is the working directory of all servers: relative, because the
 * length of a socket's path is limited. etcd wants a port in every URL, and it becomes part of the file name.
 */
const ETCD_URL = "unix://etcd.sock:0";

/** etcd on a Unix socket, without waiting for the disk: its data does not outlive the instance. */
export function etcd(toolchain: Toolchain, dir: string): ServerCommand {
  return {
    name: "etcd",
    command: toolchain.etcd,
    args: [
      "--name=local",
      `--data-dir=${path.join(dir, "etcd")}`,
      `--listen-client-urls=${ETCD_URL}`,
      `--advertise-client-urls=${ETCD_URL}`,
      // No other member ever connects; port 0 lets the kernel choose.
      "--listen-peer-urls=http://127.0.0.1:0",
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  };
}

/** Settings of an API server beyond those that are always the same. */
export interface ApiServerSettings {
  readonly port: number;
  readonly auditLog: string | undefined;
}

/** The file in which the API server puts the certificate it makes for itself, followed by that one's issuer. */
export function servingCertificate(dir: string): string {
  return path.join(dir, "certs", "apiserver.crt");
}

/** kube-apiserver on the loopback interface with RBAC, tokens from a file and its own serving certificate. */
export async function kubeApiserver(
  toolchain: Toolchain,
  dir: string,
  credentials: Credentials,
  settings: ApiServerSettings,
): Promise<ServerCommand> {
  return {
    name: "kube-apiserver",
    command: toolchain.kubeApiserver,
    args: [
      `--etcd-servers=${ETCD_URL}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${settings.port}`,
      // Set, so that a machine without a network is no obstacle; nothing in the cluster uses the address.
      "--advertise-address=127.0.0.1",
      "--external-hostname=localhost",
      "--endpoint-reconciler-type=none",
      `--cert-dir=${path.dirname(servingCertificate(dir))}`,
      `--token-auth-file=${credentials.tokenFile}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${credentials.serviceAccountPublicKeyFile}`,
      `--service-account-signing-key-file=${credentials.serviceAccountKeyFile}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      // Pods can be created before their namespace has its default service account.
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged",
      ...(settings.auditLog === undefined ? [] : await auditFlags(dir, settings.auditLog)),
    ],
  };
}

/** kube-controller-manager with the few controllers whose work is visible without nodes. */
export function kubeControllerManager(
  toolchain: Toolchain,
  dir: string,
  kubeconfig: string,
  credentials: Credentials,
): ServerCommand {
  const controllers = [
    "garbage-collector-controller",
    "endpointslice-controller",
    "namespace-controller",
    "serviceaccount-controller",
  ];
  return {
    name: "kube-controller-manager",
    command: toolchain.kubeControllerManager,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--controllers=${controllers.join(",")}`,
      "--leader-elect=false",
      "--secure-port=0",
      `--service-account-private-key-file=${credentials.serviceAccountKeyFile}`,
      `--root-ca-file=${servingCertificate(dir)}`,
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
  };
}

/** One line for each finished request: who, which verb, which object, which answer; no bodies. */
async function auditFlags(dir: string, auditLog: string): Promise<string[]> {
  const policyFile = path.join(dir, "audit-policy.yaml");
  await writeFile(
    policyFile,
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n",
  );
  return [`--audit-policy-file=${policyFile}`, `--audit-log-path=${auditLog}`, "--audit-log-maxsize=0"];
}
