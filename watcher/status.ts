// The status of an API object: what TM Forum's tools read, and beside it what an engineer reads. A pure function.
import { type GatewayBinding, type PublicUrl } from "../components";
import { type ExposedApi } from "../spec";
import { mergeConditions } from "./conditions";
import { readApplied, readStack } from "./ownStatus";
import { type GatewayType } from "./gatewayCatalog";
import { type Observation } from "./observation";
import { conditionsDuringRun, describeConditions } from "./statusConditions";

/** `status.apiStatus`, as TM Forum's operators write it. */
interface ApiStatus {
  readonly name: string;
  readonly uid: string;
  readonly path: string;
  readonly port: number;
  readonly implementation: string;
  readonly url?: string;
  readonly ip?: string;
  readonly developerUI?: string;
}

/** The fields of `status` this project owns, as they should be. */
export function desiredStatus(observation: Observation): Record<string, unknown> {
  const { previous, api, isCurrent, publicUrl, stack, now } = observation;
  const apiStatus =
    api !== undefined && isCurrent ? newApiStatus(api, observation) : keptApiStatus(previous, publicUrl);
  return {
    ...(apiStatus === undefined ? {} : { apiStatus }),
    ...readiness(observation),
    ...bindings(observation),
    conditions: mergeConditions(previous["conditions"], describeConditions(observation), now),
    stack,
  };
}

/**
 * The same while a run is under way: what the run will change stays as it was said before, what is around the API is
 * as it is now. Undefined where nothing was said yet.
 */
export function statusDuringRun(observation: Observation): Record<string, unknown> | undefined {
  const { previous, publicUrl, now } = observation;
  const conditions = conditionsDuringRun(observation);
  if (conditions === undefined) return undefined;
  const apiStatus = keptApiStatus(previous, publicUrl);
  return {
    ...(apiStatus === undefined ? {} : { apiStatus }),
    ...readiness(observation),
    ...keptBindings(previous),
    conditions: mergeConditions(previous["conditions"], conditions, now),
    stack: previous["stack"],
  };
}

/**
 * What a gateway said is in the status of an API that is behind it. A field that is undefined is taken away: what was
 * put there while the API was behind it; what others have put there is theirs.
 */
function bindings({ binding, previous, stack }: Observation): Record<string, unknown> {
  const kept = keptBindings(previous);
  const fields = Object.entries(bindingFields).flatMap(([gateway, field]): [string, unknown][] => {
    if (binding?.field === field) return [[field, binding.value]];
    if (stack.gateway === gateway) return previous[field] === undefined ? [] : [[field, previous[field]]];
    return field in kept ? [[field, undefined]] : [];
  });
  return Object.fromEntries(fields);
}

function keptBindings(previous: Observation["previous"]): Record<string, unknown> {
  const before = readStack(previous)?.gateway;
  const fields = Object.entries(bindingFields).filter(([gateway]) => gateway === before);
  return Object.fromEntries(
    fields.flatMap(([, field]) => (previous[field] === undefined ? [] : [[field, previous[field]]])),
  );
}

/** The field of each gateway that has one of its own (TM Forum's operators for Azure and WhaleCloud). */
const bindingFields: Readonly<Partial<Record<GatewayType, GatewayBinding["field"]>>> = {
  "azure-apim": "apimBind",
  "whalecloud-apig": "apigBind",
};

function readiness({ implementation }: Observation): Record<string, unknown> {
  return { implementation: { ready: implementation?.ready ?? false } };
}

function newApiStatus(api: ExposedApi, { uid, publicUrl }: Observation): ApiStatus {
  return {
    name: api.name,
    uid: uid ?? "",
    path: api.path,
    port: api.port,
    implementation: api.implementation,
    ...location(publicUrl),
    ...developerUI(api.developerUI, publicUrl),
  };
}

/** What is served of an earlier spec stays as it is, but where the gateway's address has changed. */
function keptApiStatus(previous: Observation["previous"], publicUrl: PublicUrl): unknown {
  const { path, url } = readApplied(previous);
  const before = previous["apiStatus"];
  if (path === undefined || typeof before !== "object" || before === null) return before;
  const fields = new Map<string, unknown>(Object.entries(before));
  const ui = relative(fields.get("developerUI"), url);
  for (const field of ["url", "ip", "developerUI"]) fields.delete(field);
  return { ...Object.fromEntries(fields), ...location(publicUrl), ...developerUI(ui, publicUrl) };
}

function location(publicUrl: PublicUrl): Pick<ApiStatus, "url" | "ip"> {
  if (!("url" in publicUrl)) return {};
  const { url, ip } = publicUrl;
  return ip === undefined ? { url } : { url, ip };
}

/** A developer UI given as a path is served on the host of the API. */
function developerUI(ui: string | undefined, publicUrl: PublicUrl): Pick<ApiStatus, "developerUI"> {
  if (ui === undefined) return {};
  if (!ui.startsWith("/")) return { developerUI: ui };
  return "url" in publicUrl && URL.canParse(ui, publicUrl.url)
    ? { developerUI: new URL(ui, publicUrl.url).href }
    : {};
}

/** The path of a developer UI on the host of the API; one elsewhere as it is. */
function relative(ui: unknown, url: string | undefined): string | undefined {
  if (typeof ui !== "string") return undefined;
  const page = parsed(ui);
  return page === undefined || page.origin !== parsed(url)?.origin ? ui : page.href.slice(page.origin.length);
}

function parsed(url: string | undefined): URL | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
}
