// One collection over the namespaces that are followed: an informer for each, or one for all.
import { type KubernetesObject } from "@kubernetes/client-node";
import { type Absence, type Informer } from "./informer";

/** A cache of one kind of object, in certain namespaces or in all. */
export class Collection<T extends KubernetesObject> {
  private readonly informers: Map<string | undefined, Informer<T>>;
  private stopped = false;

  /** @param create makes the informer of a namespace; of all, where it is undefined */
  constructor(
    namespaces: readonly string[] | undefined,
    private readonly create: (namespace: string | undefined) => Informer<T>,
  ) {
    this.informers = new Map((namespaces ?? [undefined]).map((namespace) => [namespace, create(namespace)]));
  }

  /** Begins to follow one more namespace, or all, if it does not yet. */
  follow(namespace: string | undefined): void {
    if (this.stopped || this.informers.has(namespace)) return;
    const informer = this.create(namespace);
    this.informers.set(namespace, informer);
    informer.start();
  }

  /** Begins to follow. Resolves when the caches are filled. */
  async start(): Promise<void> {
    const informers = [...this.informers.values()];
    for (const informer of informers) informer.start();
    await Promise.all(informers.map(({ synced }) => synced));
  }

  /** Resolves when the cache of a namespace is filled; of all, where it is undefined. */
  async filled(namespace: string | undefined): Promise<void> {
    await this.informers.get(namespace)?.synced;
  }

  stop(): void {
    this.stopped = true;
    for (const informer of this.informers.values()) informer.stop();
  }

  get(namespace: string, name: string): T | undefined {
    return this.informerOf(namespace)?.get(namespace, name);
  }

  /** Whether an object of this namespace that the cache does not hold does not exist. */
  hasList(namespace: string): boolean {
    return this.informerOf(namespace)?.hasList ?? false;
  }

  /** Whether the cache holds what is in this namespace now. */
  isCurrent(namespace: string): boolean {
    return this.informerOf(namespace)?.isCurrent ?? false;
  }

  /** Why there is nothing to be read of this namespace. See {@link Informer.absence}. */
  absence(namespace: string): Absence | undefined {
    return this.informerOf(namespace)?.absence;
  }

  /** See {@link Informer.hurry}. */
  hurry(namespace: string): void {
    this.informerOf(namespace)?.hurry();
  }

  list(): readonly T[] {
    return [...this.informers.values()].flatMap((informer) => informer.list());
  }

  private informerOf(namespace: string): Informer<T> | undefined {
    return this.informers.get(namespace) ?? this.informers.get(undefined);
  }
}
