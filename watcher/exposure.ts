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
import { readStack } from "./ownStatus";
import { type Problem } from "./reasons";

/** What those around an API say of it. */
export interface Around {
  readonly context?: ApiContext | undefined;
  /** Set while a part of the context is about to be known. */
  readonly notYet?: true;
  /** Why a part of it cannot be known. */
  readonly problem?: Problem;
  /** What has no address by which the gateway would reach into the cluster, and whether it is there. */
  readonly unreached?: { readonly without: string; readonly exists: boolean };
}

/** Looks around an API, given its gateway and its routes there. */
export type AroundLookup = (api: ExposedApi, gateway: GatewaySettings, routes: readonly Route[]) => Around;

/** How an API is exposed. */
export interface Exposure extends Pick<Around, "notYet" | "problem"> {
  readonly settings: Pick<ApiSettings, "gateway" | "context" | "keep">;
  /** Routes that it asks for, at the gateway before too while that is kept. */
  readonly routes: readonly Route[];
  /** What its gateway waits for: until then the resources are those of the cluster side, and of the gateway before. */
  readonly awaits?: Awaits;
}

/** What of the context is needed before a gateway can be told of an API. */
export interface Awaits {
  readonly parts: readonly string[];
  readonly problem: Problem;
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
 * gateway serves stays as it is, and one that another gateway serves is served there too until the new one can.
 */
export function exposureOf(input: ExposureInput): Exposure {
  const { api, gateway, status, lookUp } = input;
  const routes = routesOf(api, gateway);
  const { context, unreached, ...around } = lookUp(api, gateway, routes);
  const exposure = { settings: { gateway, ...contextPart(context) }, routes, ...around };
  const parts = awaited({ api, settings: gateway, context });
  if (parts.length === 0 || around.notYet || around.problem !== undefined) return exposure;
  const problem = backendUnknownProblem(unreached?.without ?? `${parts.join(", ")} is not known`);
  const before = readStack(status);
  const waiting = { ...exposure, awaits: { parts, problem } };
  if (before?.hash === undefined) return waiting;
  if (before.gateway !== gateway.type) return beside(before.gateway, waiting, input);
  // A run for the cluster side alone would take from the gateway what it serves.
  return before.awaits === undefined && unreached?.exists ? { ...exposure, problem } : waiting;
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
