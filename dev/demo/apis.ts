// Follows the ExposedAPIs of the cluster and keeps the rows of the table.
import { type KubernetesObject } from "@kubernetes/client-node";
import { Informer } from "../../watcher/kube/informer";
import { NAMESPACE, type Cluster, type KubeObject } from "./cluster";
import { conditionOf } from "./conditions";
import { apiStatusOf } from "./promised";
import { type Row } from "./table";

interface Timing {
  readonly created: number;
  /** Seconds to the URL. */
  seconds?: number;
}

/** Milliseconds after which the seconds that pass are shown again. */
const TICK_MS = 500;

/** The APIs as a watch of the API server shows them, each with the time it took to get its URL. */
export class Apis {
  private readonly objects = new Map<string, KubeObject>();
  private readonly timings = new Map<string, Timing>();
  private ticking: NodeJS.Timeout | undefined;
  private readonly informer: Informer<KubernetesObject>;

  /** @param onChange is called with the rows whenever one may be new */
  constructor(
    cluster: Cluster,
    private readonly onChange: (rows: readonly Row[]) => void,
  ) {
    this.informer = new Informer<KubernetesObject>(cluster.kubeConfig, {
      path: `/apis/oda.tmforum.org/v1/namespaces/${NAMESPACE}/exposedapis`,
      list: () => cluster.list("ExposedAPI"),
      onUpsert: (object) => {
        this.seen(object as KubeObject);
      },
      onDelete: (object) => {
        this.objects.delete((object as KubeObject).metadata.name);
        this.changed();
      },
      // It tries again by itself; a step that misses its deadline says more than a failed watch would.
      onError: () => undefined,
    });
  }

  /** Resolves when the watch is under way. */
  async start(): Promise<void> {
    this.informer.start();
    this.ticking = setInterval(() => {
      this.changed();
    }, TICK_MS);
    this.ticking.unref();
    await this.informer.synced;
  }

  stop(): void {
    this.informer.stop();
    clearInterval(this.ticking);
  }

  /** Starts the clock of an API that is about to be created. */
  creating(name: string): void {
    this.timings.set(name, { created: performance.now() });
  }

  /** Seconds from creation to URL of each API that got one. */
  get seconds(): readonly number[] {
    return [...this.timings.values()].flatMap(({ seconds }) => seconds ?? []);
  }

  private seen(object: KubeObject): void {
    const { name } = object.metadata;
    this.objects.set(name, object);
    const timing = this.timings.get(name);
    if (timing !== undefined && apiStatusOf(object)["url"] !== undefined) {
      timing.seconds ??= (performance.now() - timing.created) / 1000;
    }
    this.changed();
  }

  private changed(): void {
    this.onChange(
      [...this.objects.values()].map((object) => {
        const timing = this.timings.get(object.metadata.name);
        const waited = timing && (performance.now() - timing.created) / 1000;
        return rowOf(object, timing?.seconds ?? waited);
      }),
    );
  }
}

/** The row of an API. */
export function rowOf(object: KubeObject, seconds?: number): Row {
  const { url } = apiStatusOf(object);
  const ready = conditionOf(object, "Ready");
  const stack = (object.status?.["stack"] ?? {}) as { gateway?: string; lastRun?: string; result?: string };
  return {
    name: object.metadata.name,
    ...(stack.gateway === undefined ? {} : { gateway: stack.gateway }),
    ...(url === undefined ? {} : { url }),
    ...(object.metadata.deletionTimestamp !== undefined
      ? { ready: false, reason: "Deleting" }
      : ready === undefined
        ? {}
        : { ready: ready.status === "True", reason: ready.reason }),
    ...(stack.lastRun === undefined
      ? {}
      : { lastRun: { at: stack.lastRun, succeeded: stack.result === "Succeeded" } }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}
