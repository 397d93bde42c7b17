// How the steps look at the cluster: waits that show themselves, and checks that throw.
import { type KubeObject } from "./cluster";
import {
  apiStatusOf,
  differences,
  promisedRoute,
  promisedStatus,
  routeOf,
  type ApiSpec,
  type Facts,
} from "./promised";
import { gatewayHost } from "./sample";
import { type Stage } from "./stage";
import { NotAsPromised, until, type Finding } from "./wait";

/** Seconds a change may take to arrive where it should. Usual are less than five. */
const DEADLINE = 90;

/**
 * Waits for what `look` looks for, and shows that it does.
 *
 * @throws NotAsPromised after the deadline
 */
export async function untilShown<T>(
  { screen, signal }: Stage,
  expected: string,
  look: () => Promise<Finding<T>>,
  deadlineSeconds = DEADLINE,
): Promise<T> {
  screen.doing(`waiting for ${expected}`);
  const found = await until({ expected, deadlineSeconds, signal }, look);
  screen.doing(undefined);
  return found;
}

/** Waits until an API is as `problem` wants it, which says what is amiss, and returns the API. */
export function untilApi(
  stage: Stage,
  name: string,
  expected: string,
  problem: (api: KubeObject) => string | undefined,
  deadlineSeconds?: number,
): Promise<KubeObject> {
  const look = async (): Promise<Finding<KubeObject>> => {
    const api = await stage.cluster.get("ExposedAPI", name);
    if (api === undefined) return { instead: `no ExposedAPI ${name}` };
    const instead = problem(api);
    return instead === undefined ? { found: api } : { instead };
  };
  return untilShown(stage, expected, look, deadlineSeconds);
}

/**
 * Checks the route of an API, and what its status says of it, against its spec.
 *
 * @returns what the status says
 * @throws NotAsPromised with every difference
 */
export async function expectServed({ cluster, sample }: Stage, name: string, spec: ApiSpec): Promise<Facts> {
  const [api, route, monitor] = await Promise.all([
    cluster.get("ExposedAPI", name),
    cluster.get("VirtualService", name),
    cluster.get("ServiceMonitor", name),
  ]);
  // A metrics API is known by its ServiceMonitor.
  const { uid = "" } = (monitor ?? route)?.metadata ?? {};
  const status = promisedStatus(spec, gatewayHost(sample), uid);
  expectNone(`ExposedAPI ${name} to be served as its spec says`, [
    ...differences(`VirtualService ${name}`, promisedRoute(spec), routeOf(route)),
    ...differences(`status.apiStatus of ${name}`, status, apiStatusOf(api)),
  ]);
  return status;
}

/**
 * Does something and counts the engine runs that it took.
 *
 * @throws NotAsPromised when there were more or fewer than `runs`
 */
export async function expectRuns(
  { watcher }: Stage,
  runs: number,
  what: string,
  act: () => Promise<void>,
): Promise<void> {
  const before = await watcher.engineRuns();
  await act();
  const seen = (await watcher.engineRuns()).total - before.total;
  if (seen !== runs) throw new NotAsPromised(`${runs} engine runs for ${what}`, `${seen}`);
}

/** @throws NotAsPromised when there are differences */
export function expectNone(expected: string, found: readonly string[]): void {
  if (found.length > 0) throw new NotAsPromised(expected, found.join("\n"));
}
