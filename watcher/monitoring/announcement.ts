// What one workload announces where several APIs want its metrics announced.
import { type AnnotatedWorkload, type MonitoringType, type ScrapedEndpoint } from "../../components";
import { type ObjectKey } from "../kube/objects";

/** A variant of monitoring that sets annotations on workloads. */
export type AnnotationType = Exclude<MonitoringType, "ServiceMonitor">;

/** An API that wants an endpoint of a workload announced. */
export interface Contender {
  readonly key: ObjectKey;
  readonly type: AnnotationType;
  readonly endpoint: ScrapedEndpoint;
  /** Creation time of the API object, RFC 3339. */
  readonly since: string;
}

/** The annotations of one workload. */
export interface Announcement {
  /** The API that sets them. */
  readonly by: ObjectKey;
  /** Another API that is yet to give back what it set there: until then nothing is set anew. */
  readonly keptBy?: ObjectKey | undefined;
  /** The APIs whose endpoint they name. */
  readonly of: ReadonlySet<ObjectKey>;
  readonly endpoints: AnnotatedWorkload["endpoints"];
}

/**
 * The oldest API announces, in its variant, and of one age the first by key: for DataDog all endpoints that ask for
 * DataDog, oldest first; for Prometheus its own, since a pod can name only one.
 *
 * One API for all: server-side apply would let several set the same value, yet the engine's provider also writes the
 * name of the field manager on what it patches, and two names are a conflict.
 *
 * @param holders the APIs that have set fields there
 * @returns undefined where no API asks
 */
export function announcement(
  contenders: readonly Contender[],
  holders: readonly ObjectKey[],
): Announcement | undefined {
  const ranked = [...contenders].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const [oldest] = ranked;
  if (oldest === undefined) return undefined;
  const alike = ranked.filter(
    ({ type, endpoint }) =>
      type === oldest.type && (type === "DataDogAnnotations" || isSame(endpoint, oldest.endpoint)),
  );
  return {
    by: oldest.key,
    keptBy: holders.includes(oldest.key) ? undefined : holders[0],
    of: new Set(alike.map(({ key }) => key)),
    endpoints: distinct(alike.map(({ endpoint }) => endpoint)),
  };
}

function rank({ since, key }: Contender): string {
  return `${since} ${key}`;
}

/** An endpoint that two APIs name is scraped once, as the older of them says. */
function distinct(endpoints: readonly ScrapedEndpoint[]): readonly ScrapedEndpoint[] {
  const first = new Map<string, ScrapedEndpoint>();
  for (const endpoint of endpoints) {
    const place = `${endpoint.port} ${endpoint.path}`;
    if (!first.has(place)) first.set(place, endpoint);
  }
  return [...first.values()];
}

function isSame(a: ScrapedEndpoint, b: ScrapedEndpoint): boolean {
  return a.port === b.port && a.path === b.path;
}
