// Objects of the cluster beside those of the data plane itself.
import { type OwnedObject } from "../../../components";
import { type Manifest, type ServerCertificate } from "../../../dev/dataPlane";

/** An object of the components as a program of the engine declares it, but for what Pulumi's provider reads. */
export function manifestOf({ apiVersion, kind, namespace: where, name, fields }: OwnedObject): Manifest {
  return { apiVersion, kind, metadata: { namespace: where, name }, ...fields };
}

export function namespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** The Gateway that a Canvas has: one port without TLS for every host. */
export function componentGateway(where: string, selector: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "component-gateway", namespace: where },
    spec: {
      selector,
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    },
  };
}

/**
 * Has the gateway find a server on 127.0.0.1 as the Service `name` with port 8080. A Service with endpoints would not
 * do: Kubernetes refuses loopback addresses in them.
 */
export function serviceEntry(where: string, name: string, port: number): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: where },
    spec: {
      hosts: [`${name}.${where}.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
      endpoints: [{ address: "127.0.0.1", ports: { http: port } }],
    },
  };
}

/** The Secret of a certificate, as people make it and as cert-manager does. */
export function tlsSecret(where: string, name: string, { cert, key }: ServerCertificate): Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: where },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": cert, "tls.key": key },
  };
}

/** What every ExposedAPI of these tests has, and what one of them has besides. */
export function exposedApiManifest(
  metadata: Readonly<Record<string, unknown>> & { readonly name: string },
  spec: Readonly<Record<string, unknown>> = {},
): Manifest {
  const { name } = metadata;
  return {
    apiVersion: "oda.tmforum.org/v1",
    kind: "ExposedAPI",
    metadata,
    spec: {
      name,
      apiType: "openapi",
      specification: { url: "https://example.org/api.json", version: "v4" },
      implementation: name,
      path: `/${name}`,
      port: 8080,
      ...spec,
    },
  };
}
