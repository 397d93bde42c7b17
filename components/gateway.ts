// The gateway seam: what every gateway component takes and gives back.
import type * as pulumi from "@pulumi/pulumi";
import { type ExposedApi, type FieldError, type PolicyField } from "../spec";
import { type OwnerReference } from "./kubernetesMetadata";
import { type ObjectVersions, type OwnedObject } from "./ownedObject";

/** Where clients reach a gateway. `port` is left out when it is the scheme's default. */
export interface GatewayAddress {
  /** IP address or DNS name. */
  readonly host: string;
  readonly port?: number;
  /** What it speaks, where that is known. */
  readonly scheme?: "http" | "https";
}

/** What of an API decides where it is found: of its spec, or of what was applied last. */
export type AddressedApi = Pick<ExposedApi, "hostname" | "path">;

/**
 * The public URL of an API and, where it is known, the IP address or DNS name of its gateway; or why there is no URL
 * yet.
 */
export type PublicUrl = { readonly url: string; readonly ip?: string } | { readonly unknown: string };

/** What only the cluster says of an API. A part is absent where no policy needs it, and where it is not known. */
export interface ApiContext {
  /** Labels by which the Service `spec.implementation` selects its Pods. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Paths of other APIs on the same host that begin with the path of this one, sorted. */
  readonly innerPaths?: readonly string[];
  /** Hosts of other APIs on the same gateway, sorted, for an API on every host (`*`) that asks who calls. */
  readonly otherHosts?: readonly string[];
  /** Another API with the same `spec.hostname`, whose Gateway and certificate serve that host for this one too. */
  readonly hostHolder?: ApiIdentity;
  /** Where a gateway outside the cluster reaches what serves the API in it: `scheme://host[:port]`. */
  readonly backend?: string;
  /** The API's document, as a gateway imports it. */
  readonly document?: DocumentRef;
  /** Another API with the same path but for its version, which has the version set of both. */
  readonly versionSetHolder?: ApiIdentity;
}

/** Tells an API from all others. */
export type ApiIdentity = Pick<ExposedApi, "kind" | "namespace" | "name">;

/** A document of an API, without its text. */
export interface DocumentRef {
  /** SHA-256 of the text, in hexadecimal digits. */
  readonly digest: string;
  readonly format: "openapi+json" | "swagger-json";
  /** `info.version` of the document. */
  readonly version?: string;
  /** What decides on how requests and responses can be checked with it; absent where that is not known. */
  readonly contents?: DocumentContents;
}

/** What a document says of requests and responses. */
export interface DocumentContents {
  /** Media types of bodies, in lower case, without parameters, sorted. */
  readonly bodyTypes: readonly string[];
  /** Headers of requests that are parameters of an operation, in lower case, sorted. */
  readonly headers: readonly string[];
  /** Whether schemas contained themselves, and take any value where they did. */
  readonly cut: boolean;
}

/** One route: requests with this host, to this path or one that begins with it, at this gateway. */
export interface Route {
  readonly gateway: string;
  /** Host name in lower case, or `*` for each one that has no routes of its own. */
  readonly host: string;
  readonly path: string;
}

/** A route as one text: two APIs that share one cannot both be served. */
export function routeText({ gateway, host, path }: Route): string {
  return `${gateway} ${host}${path}`;
}

/** What became of one policy that is asked for. */
export interface PolicyOutcome {
  readonly policy: PolicyField;
  /** What enforces it, and with which limits; undefined when nothing does. */
  readonly enforcedBy?: string;
  /** What of a policy that is enforced is not, as the end of a sentence: "is enforced, but without …". */
  readonly without?: string;
  /** Why nothing enforces it, as the end of a sentence that begins with the field. */
  readonly because?: string;
}

/** A component that exposes one API through one kind of gateway. */
export interface GatewayComponent extends pulumi.ComponentResource {
  /** Kubernetes uid, or the gateway's own id, of the resource that routes the API. */
  readonly routeUid: pulumi.Output<string>;
  /** Versions of the Kubernetes objects it declares. */
  readonly versions: pulumi.Output<ObjectVersions>;
  /** What is said of the gateway in the status; a gateway without a field of its own there has none. */
  readonly binding?: pulumi.Output<GatewayBinding>;
}

/** A field of `status` that TM Forum's operators write for their gateway, beside `apiStatus`. */
export interface GatewayBinding {
  readonly field: "apimBind" | "apigBind";
  readonly value: Readonly<Record<string, unknown>>;
}

/** Where the address is found that clients reach a gateway at. */
export type AddressSource =
  /** The Service of the Istio gateway. */
  | { readonly from: "gateway" }
  /** An Ingress of the platform. */
  | { readonly from: "ingress"; readonly namespace: string; readonly name: string }
  /** The settings say it. */
  | { readonly from: "settings" };

/** Where a gateway outside the cluster reaches what serves an API in it. */
export type BackendSource =
  | { readonly from: "settings"; readonly url: string }
  /** At the Service of the Istio gateway. */
  | { readonly from: "gateway"; readonly scheme: "http" | "https" }
  /** At the Ingress that the component declares for the API. */
  | {
      readonly from: "ingress";
      readonly scheme: "http" | "https";
      readonly namespace: string;
      readonly name: string;
    };

/** Arguments of every gateway component. */
export interface GatewayArgs<Settings> {
  /** The API to expose. */
  readonly api: ExposedApi;
  /** How the platform team runs the gateway. */
  readonly settings: Settings;
  /** What the cluster says of the API. */
  readonly context?: ApiContext | undefined;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference | undefined;
  /** Text of `context.document`, where resources are declared. */
  readonly document?: string | undefined;
}

/** One kind of gateway: how to build its component, and what can be said of an API without building it. */
export interface Gateway<Settings> {
  /** Declares the resources that expose `api`. */
  readonly create: (
    name: string,
    args: GatewayArgs<Settings>,
    options: pulumi.ComponentResourceOptions,
  ) => GatewayComponent;
  /** The URL clients use, given the address of the gateway where one is known. */
  readonly publicUrl: (
    api: AddressedApi,
    settings: Settings,
    address: GatewayAddress | undefined,
  ) => PublicUrl;
  /** The routes an API occupies. */
  readonly routes: (api: ExposedApi, settings: Settings) => readonly Route[];
  /** The Kubernetes objects the component declares, as plain data. The owner is left out of them. */
  readonly objects: (args: GatewayArgs<Settings>) => readonly OwnedObject[];
  /** One outcome for every policy that is asked for, in the order of `requestedPolicies`. */
  readonly policies: (args: GatewayArgs<Settings>) => readonly PolicyOutcome[];
  /** The rules of this gateway alone that an API breaks: it is not served until it is changed. */
  readonly specErrors?: (api: ExposedApi, settings: Settings) => readonly FieldError[];
  /** The parts of the context that the objects of an API depend on. */
  readonly contextNeeds: (api: ExposedApi, settings: Settings) => readonly (keyof ApiContext)[];
  /** Where the address is found that `publicUrl` is given. */
  readonly addressSource: (settings: Settings) => AddressSource;
  /** Where `context.backend` is found, for a gateway outside the cluster. */
  readonly backendSource?: (api: ExposedApi, settings: Settings) => BackendSource;
  /**
   * What of the context is needed and not there yet, so that the gateway cannot be told of the API: only what serves it
   * inside the cluster is declared meanwhile.
   */
  readonly awaited?: (args: GatewayArgs<Settings>) => readonly (keyof ApiContext)[];
  /** Declares what all APIs behind the gateway share and is no Kubernetes object; nothing where there is none. */
  readonly createPlatform?: (
    name: string,
    settings: Settings,
    options: pulumi.ComponentResourceOptions,
  ) => pulumi.ComponentResource | undefined;
  /** The Kubernetes objects that all APIs behind the gateway share. None where no API can need any. */
  readonly platformObjects: (settings: Settings) => readonly OwnedObject[];
  /** Whether something that an API asks for works only while the platform's objects are there. */
  readonly needsPlatform: (api: ExposedApi, settings: Settings) => boolean;
}
