// The gateway seam: what every gateway component takes and gives back.
import type * as pulumi from "@pulumi/pulumi";
import { type ExposedApi, type PolicyField } from "../spec";
import { type OwnerReference } from "./kubernetesMetadata";
import { type ObjectVersions, type OwnedObject } from "./ownedObject";

/** Where clients reach a gateway. `port` is left out when it is the scheme's default. */
export interface GatewayAddress {
  /** IP address or DNS name. */
  readonly host: string;
  readonly port?: number;
}

/** What of an API decides where it is found: of its spec, or of what was applied last. */
export type AddressedApi = Pick<ExposedApi, "hostname" | "path">;

/**
 * The public URL of an API and, where it is known, the IP address or DNS name of its gateway; or why there is no URL
 * yet.
 */
export type PublicUrl = { readonly url: string; readonly ip?: string } | { readonly unknown: string };

/** What became of one policy that the spec asks for. */
export interface PolicyOutcome {
  readonly policy: PolicyField;
  /** The resource that enforces it, or undefined when this gateway cannot. */
  readonly enforcedBy?: string;
}

/** A component that exposes one API through one kind of gateway. */
export interface GatewayComponent extends pulumi.ComponentResource {
  /** Kubernetes uid, or the gateway's own id, of the resource that routes the API. */
  readonly routeUid: pulumi.Output<string>;
  /** Versions of the Kubernetes objects it declares. */
  readonly versions: pulumi.Output<ObjectVersions>;
}

/** Arguments of every gateway component. */
export interface GatewayArgs<Settings> {
  /** The API to expose. */
  readonly api: ExposedApi;
  /** How the platform team runs the gateway. */
  readonly settings: Settings;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference | undefined;
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
  /**
   * The routes an API occupies, as opaque text: two APIs that share one cannot both be served.
   */
  readonly routes: (api: ExposedApi, settings: Settings) => readonly string[];
  /** The Kubernetes objects the component declares, as plain data. */
  readonly objects: (api: ExposedApi, settings: Settings) => readonly OwnedObject[];
  /** One outcome for every policy the spec asks for, in the order of `requestedPolicies`. */
  readonly policies: (api: ExposedApi, settings: Settings) => readonly PolicyOutcome[];
}
