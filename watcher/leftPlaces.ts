// Places at gateways that an API has left, where a run that was cut off may have made something: cleared while it is served elsewhere.
import { type ObjectKey } from "./kube/objects";
import { type MadeFor } from "./leftOvers";
import { Limiter } from "./limiter";
import { type RunDependencies } from "./runDependencies";

/** Milliseconds until another look at a place that could not be asked, and at all others of its service. */
const LATER = 60_000;

/** Places that are asked at a time, beside engine runs: a status waits for no run of others. */
const AT_A_TIME = 10;

/** Clears places, and has their objects looked at again where that has failed. */
export class LeftPlaces {
  private readonly limiter = new Limiter(AT_A_TIME);
  /** Objects that are to be looked at again. */
  private readonly waiting = new Set<ObjectKey>();
  /** Services that could not be asked, and when to try again, in milliseconds since the epoch. */
  private readonly away = new Map<string, number>();

  constructor(private readonly deps: Pick<RunDependencies, "enqueue" | "leftOvers" | "log" | "stopping">) {}

  /**
   * Removes what was made for an object at these places. No run for it may begin meanwhile: it could make there anew what
   * is about to go.
   *
   * @param places see `placeOf`
   * @returns the places that are to be cleared yet
   */
  async clear(key: ObjectKey, made: MadeFor, places: readonly string[]): Promise<readonly string[]> {
    const uncleared: string[] = [];
    for (const place of places) {
      const isCleared = await this.limiter.run(() => this.clearOne(key, made, place));
      if (!isCleared) uncleared.push(place);
    }
    if (uncleared.length > 0) this.lookAgain(key);
    return uncleared;
  }

  private async clearOne(key: ObjectKey, made: MadeFor, place: string): Promise<boolean> {
    const { leftOvers, log, stopping } = this.deps;
    const service = place.slice(0, place.lastIndexOf("/"));
    if ((this.away.get(service) ?? 0) > Date.now()) return false;
    try {
      await leftOvers.at(place, key, made, stopping);
      this.away.delete(service);
      return true;
    } catch (error) {
      log.warn({ key, place, err: error }, "cannot remove what an earlier run left");
      this.away.set(service, Date.now() + LATER);
      return false;
    }
  }

  private lookAgain(key: ObjectKey): void {
    if (this.waiting.has(key)) return;
    this.waiting.add(key);
    setTimeout(() => {
      this.waiting.delete(key);
      this.deps.enqueue([key]);
    }, LATER).unref();
  }
}
