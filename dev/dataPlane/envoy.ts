// Envoy, as the proxy of an Istio ingress gateway.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type ServerCommand } from "../controlPlane/supervisorClient";
import { CLUSTER_ID } from "./istiod";

/** The Pods of a gateway, as a platform team names them. */
export interface GatewayWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What one Envoy is started with. */
export interface EnvoySettings {
  /** Path of the program. */
  readonly program: string;
  /** Working directory, for files and the log. */
  readonly dir: string;
  readonly workload: GatewayWorkload;
  /** Token of the gateway's service account, which istiod has the API server review. */
  readonly token: string;
  /** Port of istiod's discovery on 127.0.0.1. */
  readonly discoveryPort: number;
  /** Version of Istio that the proxy says it is of. */
  readonly istioVersion: string;
}

/** The file in which Envoy writes the address of its admin interface, `127.0.0.1:PORT`. */
export function adminAddressFile(dir: string): string {
  return path.join(dir, "envoy-admin");
}

/** The command that starts Envoy. Listeners, routes, clusters and secrets come from istiod. */
export async function envoy(settings: EnvoySettings): Promise<ServerCommand> {
  const { program, dir } = settings;
  const file = path.join(dir, "bootstrap.json");
  await writeFile(file, JSON.stringify(bootstrap(settings), undefined, 2), { mode: 0o600 });
  return {
    name: "envoy",
    command: program,
    args: [
      ...["--config-path", file],
      ...["--admin-address-path", adminAddressFile(dir)],
      ...["--log-level", "warning"],
      ...["--concurrency", "2"],
      "--disable-hot-restart",
    ],
  };
}

/** Envoy's bootstrap configuration (`envoy.config.bootstrap.v3.Bootstrap`). */
function bootstrap({ workload, token, discoveryPort, istioVersion }: EnvoySettings): object {
  const { namespace, labels } = workload;
  const ads = { ads: {}, resource_api_version: "V3", initial_fetch_timeout: "0s" };
  return {
    node: {
      id: `router~127.0.0.1~gateway-0.${namespace}~${namespace}.svc.cluster.local`,
      cluster: `gateway.${namespace}`,
      metadata: { NAMESPACE: namespace, CLUSTER_ID, LABELS: labels, ISTIO_VERSION: istioVersion },
    },
    admin: { address: loopback(0) },
    dynamic_resources: {
      ads_config: {
        api_type: "GRPC",
        transport_api_version: "V3",
        grpc_services: [
          {
            envoy_grpc: { cluster_name: "istiod" },
            initial_metadata: [{ key: "authorization", value: `Bearer ${token}` }],
          },
        ],
      },
      lds_config: ads,
      cds_config: ads,
    },
    static_resources: { clusters: [istiodCluster(discoveryPort)] },
  };
}

function istiodCluster(port: number): object {
  return {
    name: "istiod",
    type: "STATIC",
    connect_timeout: "1s",
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: "istiod",
      endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }],
    },
  };
}

function loopback(port: number): object {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}
