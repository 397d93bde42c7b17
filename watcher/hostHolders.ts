// Which of the APIs with one host name of their own has the host's listener and certificate, or of the versions of one API
// the version set: the others share them.
import { type ObjectKey } from "./kube/objects";

/** APIs by their own host name. An operation costs one look, but for a host whose holder changes: one for each API there. */
export class HostHolders {
  private readonly hosts = new Map<ObjectKey, string>();
  private readonly ranks = new Map<string, Map<ObjectKey, string>>();
  private readonly holders = new Map<string, ObjectKey>();

  /**
   * Sets the host name of an API; undefined for one without, or that is not served.
   *
   * @param rank the API of the least rank holds the host
   * @returns the APIs of a host that another API holds from now on
   */
  set(key: ObjectKey, host: string | undefined, rank: string): readonly ObjectKey[] {
    const before = this.hosts.get(key);
    if (before === host && this.ranks.get(host ?? "")?.get(key) === (host && rank)) return [];
    const left = before === undefined ? [] : this.leave(key, before);
    return host === undefined ? left : [...left, ...this.join(key, host, rank)];
  }

  /** The other API that holds the host of an API; undefined where it does itself, or has none. */
  holderFor(key: ObjectKey): ObjectKey | undefined {
    const holder = this.holders.get(this.hosts.get(key) ?? "");
    return holder === key ? undefined : holder;
  }

  private leave(key: ObjectKey, host: string): readonly ObjectKey[] {
    this.hosts.delete(key);
    const ranks = this.ranks.get(host);
    ranks?.delete(key);
    if (ranks?.size === 0) this.ranks.delete(host);
    if (this.holders.get(host) !== key) return [];
    const [next] = [...(ranks ?? [])].sort(([, a], [, b]) => (a < b ? -1 : 1));
    if (next === undefined) this.holders.delete(host);
    else this.holders.set(host, next[0]);
    return [...(ranks?.keys() ?? [])];
  }

  private join(key: ObjectKey, host: string, rank: string): readonly ObjectKey[] {
    const ranks = this.ranks.get(host) ?? new Map<ObjectKey, string>();
    this.ranks.set(host, ranks.set(key, rank));
    this.hosts.set(key, host);
    const holder = this.holders.get(host);
    if (holder !== undefined && (ranks.get(holder) ?? "") <= rank) return [];
    this.holders.set(host, key);
    return [...ranks.keys()];
  }
}
