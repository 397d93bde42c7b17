// What this project reads back from a status. Anyone with the right to may have written it, so nothing is taken on
// trust: a field of another shape counts as absent.
import { type Route } from "../components";
import { type EntityEtags } from "../stack";
import { readPlace } from "./gatewayPlaces";

/** `status.stack`: which stack holds the resources, and what became of its last run. */
export interface StackStatus {
  readonly name: string;
  /** Gateway that serves the API; while nothing was applied yet, the one that is to. */
  readonly gateway: string;
  /** Reconcile hash of the last successful run. */
  readonly hash?: string;
  /** Routes the resources occupy, or after a failed run may occupy. */
  readonly routes?: readonly string[];
  /** RFC 3339 time at which the last run ended. */
  readonly lastRun?: string;
  readonly result?: "Succeeded" | "Failed";
  /** All that is asked for is there, and what is not any more could not be deleted: the run is repeated. */
  readonly undeleted?: true;
  /** The gateway that was not told of the API when the last run succeeded, and what was not known for it. */
  readonly awaits?: Untold;
  /** Where a gateway outside the cluster was told to find the implementation: `scheme://host[:port]`. */
  readonly backend?: string;
  /** Entity tags at the gateway after the last run, by which changes of others are noticed; none while a run is under way. */
  readonly etags?: PlacedEtags;
  /**
   * Places, as `placeOf` writes them, where a run may have made something that the state does not know: noted before the
   * engine is asked, there until a run has succeeded or what was left is removed.
   */
  readonly told?: readonly string[];
}

/** Entity tags of an API, and the place that they are of, as `placeOf` writes it. */
export interface PlacedEtags extends EntityEtags {
  readonly of: string;
}

/** A gateway that cannot be told of an API yet, and the parts of the context that it takes. */
export interface Untold {
  readonly gateway: string;
  readonly parts: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** `status.stack`, or undefined when there is none. */
export function readStack(status: Fields | undefined): StackStatus | undefined {
  const stack = fieldsOf(status?.["stack"]);
  const name = textOf(stack["name"]);
  const gateway = textOf(stack["gateway"]);
  if (name === undefined || gateway === undefined) return undefined;
  const hash = textOf(stack["hash"]);
  const lastRun = textOf(stack["lastRun"]);
  const { result, routes } = stack;
  return {
    name,
    gateway,
    ...(hash === undefined ? {} : { hash }),
    ...(Array.isArray(routes) ? { routes: routes.filter((route) => typeof route === "string") } : {}),
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(result === "Succeeded" || result === "Failed" ? { result } : {}),
    ...(stack["undeleted"] === true ? { undeleted: true } : {}),
    ...readAwaits(fieldsOf(stack["awaits"])),
    ...readBackend(stack["backend"]),
    ...readEtags(fieldsOf(stack["etags"])),
    ...readTold(stack["told"]),
  };
}

/** Whether the gateway of a status serves the API: something was applied, and the gateway was told of it. */
export function isServed({ awaits, gateway, hash }: StackStatus): boolean {
  return hash !== undefined && awaits?.gateway !== gateway;
}

function readAwaits({ gateway, parts }: Fields): Pick<StackStatus, "awaits"> {
  if (typeof gateway !== "string" || !Array.isArray(parts)) return {};
  return { awaits: { gateway, parts: parts.filter((part) => typeof part === "string") } };
}

/** An address and nothing more: no path, no user, no other protocol. */
function readBackend(backend: unknown): Pick<StackStatus, "backend"> {
  const url = typeof backend === "string" && URL.canParse(backend) ? new URL(backend) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  return isHttp && url.origin === backend ? { backend: url.origin } : {};
}

function readEtags(etags: Fields): Pick<StackStatus, "etags"> {
  const { of } = etags;
  if (!isPlace(of)) return {};
  const api = textOf(etags["api"]);
  const policy = textOf(etags["policy"]);
  return {
    etags: { of, ...(api === undefined ? {} : { api }), ...(policy === undefined ? {} : { policy }) },
  };
}

function readTold(told: unknown): Pick<StackStatus, "told"> {
  return Array.isArray(told) && told.some(isPlace) ? { told: told.filter(isPlace) } : {};
}

function isPlace(value: unknown): value is string {
  return typeof value === "string" && readPlace(value) !== undefined;
}

/** A route of {@link StackStatus.routes}: the inverse of `routeText`. Undefined for what is none. */
export function readRoute(text: string): Route | undefined {
  const [, gateway, host, path] = /^([^ ]+) ([^ /]+)(\/.*)$/s.exec(text) ?? [];
  return gateway === undefined || host === undefined || path === undefined
    ? undefined
    : { gateway, host, path };
}

/** `status.apiStatus`, as far as it says what was applied last. */
export interface Applied {
  /** Id of the resource that stands for the API. */
  readonly uid: string | undefined;
  /** Name of the Service. */
  readonly implementation: string | undefined;
  /** Port of the Service. */
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly url: string | undefined;
  /** Address of the gateway, where one was known. */
  readonly ip: string | undefined;
  /** Host name the API has for itself (`spec.hostname`): that of its URL, where it is not the gateway's. */
  readonly hostname: string | undefined;
}

/** What `status.apiStatus` says of the spec that was applied last. */
export function readApplied(status: Fields | undefined): Applied {
  const applied = fieldsOf(status?.["apiStatus"]);
  const url = textOf(applied["url"]);
  const host = hostOf(url);
  const ip = textOf(applied["ip"]);
  return {
    uid: textOf(applied["uid"]),
    implementation: textOf(applied["implementation"]),
    port: typeof applied["port"] === "number" ? applied["port"] : undefined,
    path: textOf(applied["path"]),
    url,
    ip,
    hostname:
      ip !== undefined && host === hostOf(`https://${ip.includes(":") ? `[${ip}]` : ip}`) ? undefined : host,
  };
}

/** The host of a URL in the one way a URL writes it, or undefined for what is no URL. */
function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
