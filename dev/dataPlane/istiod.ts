// Istio's control plane, as a process that serves plain gRPC on the loopback interface.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { type ServerCommand } from "../controlPlane/supervisorClient";

/** Ports of one istiod, all on 127.0.0.1. */
export interface IstiodPorts {
  readonly http: number;
  /** Discovery (xDS) without TLS. */
  readonly grpc: number;
  readonly monitoring: number;
}

/** What one istiod is started with. */
export interface IstiodSettings {
  /** Path of the program. */
  readonly program: string;
  /** Working directory, for files and the log. */
  readonly dir: string;
  readonly kubeconfig: string;
  readonly ports: IstiodPorts;
  /** Fields of Istio's MeshConfig beside our own, such as `extensionProviders`. */
  readonly meshConfig?: Readonly<Record<string, unknown>>;
}

/** Id of the cluster, as istiod and its proxies call it. */
export const CLUSTER_ID = "Kubernetes";

/**
 * The command that starts istiod, without certificates, webhooks and injection. Filters that only Istio's own build of
 * Envoy has are switched off.
 */
export async function istiod({
  program,
  dir,
  kubeconfig,
  ports,
  meshConfig = {},
}: IstiodSettings): Promise<ServerCommand> {
  const meshFile = path.join(dir, "mesh.yaml");
  await writeFile(
    meshFile,
    stringify({ enableAutoMtls: false, defaultProviders: { metrics: [] }, ...meshConfig }),
  );
  return {
    name: "istiod",
    command: program,
    args: [
      "discovery",
      `--kubeconfig=${kubeconfig}`,
      `--meshConfig=${meshFile}`,
      `--httpAddr=127.0.0.1:${ports.http}`,
      `--grpcAddr=127.0.0.1:${ports.grpc}`,
      `--monitoringAddr=127.0.0.1:${ports.monitoring}`,
      "--secureGRPCAddr=",
      "--httpsAddr=",
      "--ctrlz_port=0",
      "--registries=Kubernetes",
    ],
    env: {
      POD_NAMESPACE: "istio-system",
      POD_NAME: "istiod-0",
      CLUSTER_ID,
      ENABLE_CA_SERVER: "false",
      PILOT_ENABLE_METADATA_EXCHANGE: "false",
      PILOT_ENABLE_ALPN_FILTER: "false",
      // A gateway gets the Secrets of its certificates only when istiod knows who it is, and there is no TLS here.
      XDS_AUTH_PLAINTEXT: "true",
    },
  };
}
