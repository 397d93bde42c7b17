// What a spec promises, what the cluster shows, and how they differ. Pure functions over objects.
import { type KubeObject } from "./cluster";

/** What is said of one object: names of facts and their values, as text. */
export type Facts = Readonly<Record<string, string>>;

/** The fields of an ExposedAPI's spec that decide its route. */
export interface ApiSpec {
  readonly path: string;
  readonly port: number;
  readonly implementation: string;
  readonly apiType: string;
}

/** The spec of an ExposedAPI, with changes to it. */
export function specOf(api: KubeObject, changes: Partial<ApiSpec> = {}): ApiSpec {
  return { ...(api.spec as unknown as ApiSpec), ...changes };
}

/** The route that an Istio gateway should have for a spec. */
export function promisedRoute({ path, port, implementation }: ApiSpec): Facts {
  return {
    hosts: "*",
    gateways: "component-gateway",
    prefix: path,
    destination: `${implementation}:${port}`,
  };
}

/** The route of a VirtualService. */
export function routeOf(virtualService: KubeObject | undefined): Facts | undefined {
  if (virtualService === undefined) return undefined;
  const { hosts, gateways, http } = virtualService.spec as unknown as VirtualServiceSpec;
  const routes = http.flatMap(({ route }) => route);
  return {
    hosts: hosts.join(", "),
    gateways: gateways.join(", "),
    prefix: http.flatMap(({ match }) => match.map(({ uri }) => uri.prefix)).join(", "),
    destination: routes.map(({ destination: { host, port } }) => `${host}:${port.number}`).join(", "),
  };
}

interface VirtualServiceSpec {
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  readonly http: readonly {
    readonly match: readonly { readonly uri: { readonly prefix: string } }[];
    readonly route: readonly {
      readonly destination: { readonly host: string; readonly port: { readonly number: number } };
    }[];
  }[];
}

/** How Prometheus should scrape a metrics API. */
export function promisedScrape({ path, port, implementation }: ApiSpec): Facts {
  return { service: implementation, path, port: `${port}` };
}

/** How a ServiceMonitor has Prometheus scrape. */
export function scrapeOf(serviceMonitor: KubeObject | undefined): Facts | undefined {
  if (serviceMonitor === undefined) return undefined;
  const { selector, endpoints } = serviceMonitor.spec as unknown as ServiceMonitorSpec;
  return {
    service: selector.matchLabels.name,
    path: endpoints.map(({ path }) => path).join(", "),
    port: endpoints.map(({ targetPort }) => `${targetPort}`).join(", "),
  };
}

interface ServiceMonitorSpec {
  readonly selector: { readonly matchLabels: { readonly name: string } };
  readonly endpoints: readonly { readonly path: string; readonly targetPort: number }[];
}

/** What the status should say of an API that is served through a route. */
export function promisedStatus(spec: ApiSpec, gatewayHost: string, uid: string): Facts {
  const { path, port, implementation } = spec;
  return { url: `https://${gatewayHost}${path}`, path, port: `${port}`, implementation, uid };
}

/** What `status.apiStatus` of an API says. */
export function apiStatusOf(api: KubeObject | undefined): Facts {
  const status = (api?.status?.["apiStatus"] ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(status).map(([field, value]) => [field, String(value)]));
}

/** Where `seen` is not as promised, a line for each fact; none when all is well. Other facts do not matter. */
export function differences(subject: string, promised: Facts, seen: Facts | undefined): string[] {
  if (seen === undefined) return [`${subject}: there is none`];
  return Object.entries(promised)
    .filter(([fact, value]) => seen[fact] !== value)
    .map(([fact, value]) => `${subject}: ${fact} should be ${value} and is ${seen[fact] ?? "not set"}`);
}
