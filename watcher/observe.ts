// Gathers what an object's status is made from: the object, what came of it, and the world around it now.
import { policiesOf, publicUrl, type GatewayAddress, type PublicUrl } from "../components";
import { conditionsOf, findCondition } from "./conditions";
import { type Evaluation } from "./evaluate";
import { type ObjectEvent } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { readApplied } from "./ownStatus";
import { speaksOf, type Problem, type Reason } from "./reasons";
import { type LastRun } from "./stackRuns";
import { type Implementation, type Observation } from "./observation";

/** What is looked up at the moment of a look. */
export interface Surroundings {
  /** Where clients reach the gateway now. */
  readonly address: () => GatewayAddress | undefined;
  /** `namespace/name` of the Service the address is read from; undefined where it is found by its label. */
  readonly gatewayService: string | undefined;
  /** Whether a Service, `namespace/name`, has a ready endpoint now. */
  readonly isReady: (service: string) => boolean;
  /** Whether a Service, `namespace/name`, exists now; undefined where that cannot be told. */
  readonly serviceExists: (service: string) => boolean | undefined;
}

/** What a status is written for, beyond what the object itself says. */
export interface Outcome extends LastRun {
  readonly problem: Problem | undefined;
}

/** Everything the status of an object is made from, now. */
export function observe(
  key: ObjectKey,
  object: ApiObject,
  evaluation: Evaluation,
  outcome: Outcome,
  around: Surroundings,
): Observation {
  const { api, hash, settings, unmonitored } = evaluation;
  return {
    ...outcome,
    api,
    previous: object.status ?? {},
    observedHash: hash,
    publicUrl: servedUrl(object, evaluation, outcome, around.address()),
    gatewayService: around.gatewayService,
    implementation: implementation(key, object, evaluation, outcome, around),
    monitoring: settings.monitoring,
    unmonitored,
    policies: api === undefined ? [] : policiesOf(api, settings.gateway),
    now: new Date().toISOString(),
  };
}

/** The Services, `namespace/name`, whose endpoints an object's status may speak of: the spec's and the served one. */
export function servicesOf(key: ObjectKey, object: ApiObject, { api }: Evaluation): readonly string[] {
  const names = [api?.implementation, readApplied(object.status).implementation];
  const { namespace } = splitKey(key);
  return [...new Set(names.filter((name) => name !== undefined))].map((name) => `${namespace}/${name}`);
}

/** Whether the status does not speak of a problem yet. */
export function isNews(object: ApiObject, problem: Problem): boolean {
  const reconciled = findCondition(object.status?.["conditions"], "Reconciled");
  return reconciled === undefined || !speaksOf(reconciled.message, problem);
}

/**
 * Reasons that are told in an Event too, when they come up: they stay until somebody acts. Not that of readiness,
 * which comes and goes with every Pod.
 */
const ANNOUNCED: readonly Reason[] = [
  "GatewayAddressUnknown",
  "MonitoringConflict",
  "MonitoringNotSupported",
  "NotSupported",
  "NoWorkload",
  "ServiceMissing",
];

/** The Events for what a status says and the one before did not. `Ready` repeats other conditions: told once. */
export function announcements(
  before: ApiObject["status"],
  after: ApiObject["status"],
): readonly ObjectEvent[] {
  const said = conditionsOf(before?.["conditions"]).map(({ message }) => message);
  const news = conditionsOf(after?.["conditions"]).filter(
    ({ status, reason, message }) =>
      status === "False" && ANNOUNCED.includes(reason) && !said.includes(message),
  );
  const events = news.map(({ reason, message }) => ({ type: "Warning", reason, message }) as const);
  return events.filter(
    ({ message }, index) => events.findIndex((event) => event.message === message) === index,
  );
}

/** The URL of what is served: of the spec, or while that cannot be applied of the one before, at today's address. */
function servedUrl(
  object: ApiObject,
  { api, settings }: Evaluation,
  { problem }: Outcome,
  address: GatewayAddress | undefined,
): PublicUrl {
  const { path, hostname } = readApplied(object.status);
  const before = path === undefined ? undefined : { path, ...(hostname === undefined ? {} : { hostname }) };
  const served = problem === undefined ? api : before;
  return served === undefined
    ? { unknown: "nothing is served yet" }
    : publicUrl(served, settings.gateway, address);
}

/** The Service behind what is served; behind what is asked for, where nothing was served yet. */
function implementation(
  key: ObjectKey,
  object: ApiObject,
  { api }: Evaluation,
  { problem }: Outcome,
  { isReady, serviceExists }: Surroundings,
): Implementation | undefined {
  const served = problem === undefined ? undefined : readApplied(object.status).implementation;
  const name = served ?? api?.implementation;
  if (name === undefined) return undefined;
  const service = `${splitKey(key).namespace}/${name}`;
  return {
    service,
    inSpec: name === api?.implementation,
    ready: isReady(service),
    exists: serviceExists(service),
  };
}
