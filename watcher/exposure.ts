// Through which gateway an API is exposed now, and which one serves it until that can.
import {
  awaited,
  isGatewayType,
  routesOf,
  type ApiContext,
  type GatewaySettings,
  type Route,
} from "../components";
import { type ExposedApi } from "../spec";
import { type ApiSettings } from "../stack";
import { type GatewayCatalog } from "./gatewayCatalog";
import { backendUnknownProblem } from "./gatewayMessages";
import { isServed, readStack, type Untold } from "./ownStatus";
import { type Problem } from "./reasons";

/** What those around an API say of it. */
export interface Around {
  readonly context?: ApiContext | undefined;
  /** Set while a part of the context is about to be known. */
  readonly notYet?: true;
  /** Why a part of it cannot be known. */
  readonly problem?: Problem;
  /** What has no address by which the gateway would reach into the cluster. */
  readonly unreached?: { readonly without: string };
}

/** Looks around an API, given its gateway and its routes there. */
export type AroundLookup = (api: ExposedApi, gateway: GatewaySettings, routes: readonly Route[]) => Around;

/** How an API is exposed. */
export interface Exposure extends Pick<Around, "notYet" | "problem"> {
  readonly settings: Pick<ApiSettings, "gateway" | "context" | "keep">;
  /** Routes that it asks for, at the gateway before too while that is kept. */
  readonly routes: readonly Route[];
  /** Set while something is not known that its gateway is to be told. */
  readonly awaits?: Awaits;
}

/** What is not known that a gateway is to be told of an API. */
export interface Awaits {
  readonly problem: Problem;
  /**
   * Set where the gateway cannot be told of the API at all: until then the resources are those of the cluster side, and of
   * the gateway before.
   */
  readonly untold?: Untold;
}

/** What an exposure is made from. */
export interface ExposureInput {
  readonly api: ExposedApi;
  readonly gateway: GatewaySettings;
  readonly status: Readonly<Record<string, unknown>> | undefined;
  readonly gateways: Pick<GatewayCatalog, "settingsOf">;
  readonly lookUp: AroundLookup;
}

/**
 * How an API is exposed. Nothing that is served is given up for a part of the context that is not known: an API that its
 * gateway serves stays there with the address that was told last, and one that another gateway serves is served there too
 * until the new one can.
 */
export function exposureOf(input: ExposureInput): Exposure {
  const { api, gateway, status, lookUp } = input;
  const routes = routesOf(api, gateway);
  const { context, unreached, ...around } = lookUp(api, gateway, routes);
  const exposure = { settings: { gateway, ...contextPart(context) }, routes, ...around };
  const parts = awaited({ api, settings: gateway, context });
  if (parts.length === 0 || around.notYet || around.problem !== undefined) return exposure;
  const without = unreached?.without ?? `${parts.join(", ")} is not known`;
  const before = readStack(status);
  const isServedBefore = before !== undefined && isServed(before);
  // A run for the cluster side alone would take from the gateway what it serves.
  if (isServedBefore && before.gateway === gateway.type) return asTold(before.backend, exposure, without);
  const problem = backendUnknownProblem(without);
  const waiting = { ...exposure, awaits: { problem, untold: { gateway: gateway.type, parts } } };
  return isServedBefore ? beside(before.gateway, waiting, input) : waiting;
}

/** The exposure at the address that the gateway was told last; without one the API stays as it is. */
function asTold(backend: string | undefined, exposure: Exposure, without: string): Exposure {
  const problem = backendUnknownProblem(without, backend);
  if (backend === undefined) return { ...exposure, problem };
  const { settings } = exposure;
  return {
    ...exposure,
    settings: { ...settings, context: { ...settings.context, backend } },
    awaits: { problem },
  };
}

/** The exposure with the gateway that served the API before, where it can be declared. */
function beside(before: string, waiting: Exposure, { api, gateways, lookUp }: ExposureInput): Exposure {
  if (!isGatewayType(before)) return waiting;
  const gateway = gateways.settingsOf(before);
  if (gateway === "NotYet") return { ...waiting, notYet: true };
  if ("unavailable" in gateway) return { ...waiting, problem: gateway.unavailable };
  const routes = routesOf(api, gateway);
  const { context, notYet, problem } = lookUp(api, gateway, routes);
  return {
    ...waiting,
    settings: { ...waiting.settings, keep: { gateway, ...contextPart(context) } },
    routes: [...waiting.routes, ...routes],
    ...(notYet === undefined ? {} : { notYet }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function contextPart(context: ApiContext | undefined): Pick<ApiSettings, "context"> {
  return context === undefined ? {} : { context };
}
