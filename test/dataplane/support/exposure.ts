// APIs whose objects are put into the cluster without an engine.
import { gatewayObjects, type ApiContext, type IstioSettings } from "../../../components";
import { serveImplementation, type LoopbackServer, type Manifest } from "../../../dev/dataPlane";
import { parseExposedApi } from "../../../spec";
import { exposedApiManifest, manifestOf, serviceEntry } from "./manifests";

import { NAMESPACE, type World } from "./world";

/** How an API differs from one without policies at the path `/<name>`. */
export interface ApiOptions {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly settings?: Partial<IstioSettings>;
  readonly context?: ApiContext;
}

/** An API whose implementation runs. */
export class Exposure {
  private constructor(
    private readonly world: World,
    private readonly name: string,
    private readonly namespace: string,
    private readonly implementation: LoopbackServer,
    private manifests: readonly Manifest[],
  ) {}

  /** Starts an implementation that answers as `name` and applies the objects of an API in front of it. */
  static async of(world: World, name: string, options: ApiOptions = {}): Promise<Exposure> {
    const { namespace = NAMESPACE } = options;
    const implementation = await serveImplementation(name);
    await world.objects.apply([serviceEntry(namespace, name, implementation.port)]);
    const exposure = new Exposure(world, name, namespace, implementation, []);
    await exposure.change(options);
    return exposure;
  }

  /**
   * Applies the objects of the API as it is now, the policies before the route, and deletes those it no longer has; at
   * the gateway too.
   */
  async change(options: ApiOptions): Promise<void> {
    const before = this.manifests;
    this.manifests = this.objects(options);
    await this.world.objects.apply(this.manifests, "oda-api");
    const kept = new Set(this.manifests.map(idOf));
    await this.world.objects.delete(before.filter((manifest) => !kept.has(idOf(manifest))));
    await this.world.settling.settle();
  }

  /** Those of its objects that are of a kind. */
  ofKind(kind: string): readonly Manifest[] {
    return this.manifests.filter((manifest) => manifest.kind === kind);
  }

  /** Deletes the objects and ends the implementation. */
  async remove(): Promise<void> {
    const { world, namespace, name, implementation } = this;
    await world.objects.delete([...this.manifests].reverse());
    await world.objects.delete([serviceEntry(namespace, name, implementation.port)]);
    await implementation.close();
  }

  /** In the order in which a program of the engine declares them. */
  private objects({ spec, annotations, settings, context }: ApiOptions): readonly Manifest[] {
    const { name, namespace, world } = this;
    const api = parseExposedApi(
      exposedApiManifest({ name, namespace, uid: name, ...(annotations && { annotations }) }, spec),
      world.rules,
    );
    const all = { ...world.settings, ...settings };
    const [route, ...policies] = gatewayObjects({ api, settings: all, context });
    return [...policies, ...(route === undefined ? [] : [route])].map(manifestOf);
  }
}

function idOf({ kind = "", metadata = {} }: Manifest): string {
  return [kind, metadata.namespace, metadata.name].join("/");
}
