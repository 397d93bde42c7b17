// Whether an implementation has endpoints that take traffic, from the EndpointSlices of its Service.
import { type V1Endpoint, type V1EndpointSlice } from "@kubernetes/client-node";
import { nameOf } from "./kube/objects";

/** Label that names a slice's Service. */
const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

const NONE: readonly string[] = [];

/** `namespace/name` of the Service a slice belongs to, or undefined for a slice of no Service. */
export function serviceOf(slice: V1EndpointSlice): string | undefined {
  const name = slice.metadata?.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata?.namespace ?? ""}/${name}`;
}

/**
 * Index of slices by Service: a Service is ready when any endpoint of any of its slices is, be it of IPv4 or IPv6.
 * It holds no more than the slices with a ready endpoint, and a change costs the same however many there are.
 */
export class ReadinessIndex {
  /** The Service of each slice, `namespace/name`, that has a ready endpoint. */
  private readonly readySlices = new Map<string, string>();
  /** How many of its slices have a ready endpoint, for each Service that has any. */
  private readonly counts = new Map<string, number>();

  /** Takes in a slice. Returns the Services, rarely any, that changed from ready to not ready or back. */
  set(slice: V1EndpointSlice): readonly string[] {
    return this.change(slice, hasReadyEndpoint(slice) ? serviceOf(slice) : undefined);
  }

  /** Forgets a slice. Returns Services as {@link set} does. */
  remove(slice: V1EndpointSlice): readonly string[] {
    return this.change(slice, undefined);
  }

  /** Whether a Service, `namespace/name`, has a ready endpoint. */
  isReady(service: string): boolean {
    return this.counts.has(service);
  }

  private change(object: V1EndpointSlice, after: string | undefined): readonly string[] {
    const slice = nameOf(object);
    const before = this.readySlices.get(slice);
    if (before === after) return NONE;
    const changed: string[] = [];
    if (after === undefined) this.readySlices.delete(slice);
    else {
      this.readySlices.set(slice, after);
      if (this.count(after, 1) === 1) changed.push(after);
    }
    // A slice whose label was edited leaves one Service for another.
    if (before !== undefined && this.count(before, -1) === 0) changed.push(before);
    return changed;
  }

  /** Counts a ready slice more or less, and returns how many there are now. */
  private count(service: string, difference: 1 | -1): number {
    const count = (this.counts.get(service) ?? 0) + difference;
    if (count === 0) this.counts.delete(service);
    else this.counts.set(service, count);
    return count;
  }
}

/** The list is null, against the schema, in slices without endpoints. */
function hasReadyEndpoint(slice: { readonly endpoints?: V1EndpointSlice["endpoints"] | null }): boolean {
  return slice.endpoints?.some(takesTraffic) ?? false;
}

/**
 * `ready` that is not set means ready; one of a Service that publishes addresses that are not ready may be true while
 * the Pod ends (Kubernetes API reference, EndpointConditions).
 */
function takesTraffic({ conditions }: V1Endpoint): boolean {
  return conditions?.ready !== false && conditions?.terminating !== true;
}
