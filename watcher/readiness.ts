// Whether an implementation has endpoints that take traffic, from the EndpointSlices of its Service.
import { type V1EndpointSlice } from "@kubernetes/client-node";

/** Label that names a slice's Service. */
const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** `namespace/name` of the Service a slice belongs to, or undefined for a slice of no Service. */
export function serviceOf(slice: V1EndpointSlice): string | undefined {
  const name = slice.metadata?.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata?.namespace ?? ""}/${name}`;
}

/** Index of slices by Service: a Service is ready when any endpoint of any of its slices is. */
export class ReadinessIndex {
  /** For each Service, its slices by name and whether each has a ready endpoint. */
  private readonly services = new Map<string, Map<string, boolean>>();

  /** Takes in a slice. Returns its Service if that changed from ready to not ready or back. */
  set(slice: V1EndpointSlice): string | undefined {
    return this.change(slice, (slices, name) => slices.set(name, hasReadyEndpoint(slice)));
  }

  /** Forgets a slice. Returns its Service as {@link set} does. */
  remove(slice: V1EndpointSlice): string | undefined {
    return this.change(slice, (slices, name) => slices.delete(name));
  }

  /** Whether a Service, `namespace/name`, has a ready endpoint. */
  isReady(service: string): boolean {
    return [...(this.services.get(service)?.values() ?? [])].includes(true);
  }

  private change(
    slice: V1EndpointSlice,
    apply: (slices: Map<string, boolean>, name: string) => unknown,
  ): string | undefined {
    const service = serviceOf(slice);
    if (service === undefined) return undefined;
    const before = this.isReady(service);
    const slices = this.services.get(service) ?? new Map<string, boolean>();
    apply(slices, slice.metadata?.name ?? "");
    if (slices.size === 0) this.services.delete(service);
    else this.services.set(service, slices);
    return this.isReady(service) === before ? undefined : service;
  }
}

/**
 * A condition `ready` that is not set means ready (Kubernetes API reference, EndpointConditions). The list is null,
 * against the schema, in slices without endpoints.
 */
function hasReadyEndpoint({
  endpoints,
}: {
  readonly endpoints?: V1EndpointSlice["endpoints"] | null;
}): boolean {
  return (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false);
}
