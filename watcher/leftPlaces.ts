// Places at gateways that an API has left, where a run that was cut off may have made something: cleared while it is served elsewhere.
import { type ObjectKey } from "./kube/objects";
import { type MadeFor } from "./leftOvers";
import { type RunDependencies } from "./runDependencies";

/** Milliseconds until another look at a place that could not be asked. */
const LATER = 60_000;

/** Clears places, and has their objects looked at again where that has failed. */
export class LeftPlaces {
  /** Objects that are to be looked at again. */
  private readonly waiting = new Set<ObjectKey>();

  constructor(
    private readonly deps: Pick<RunDependencies, "enqueue" | "engine" | "leftOvers" | "log" | "stopping">,
  ) {}

  /**
   * Removes what was made for an object at these places.
   *
   * @param places see `placeOf`
   * @returns the places that are to be cleared yet
   */
  async clear(key: ObjectKey, made: MadeFor, places: readonly string[]): Promise<readonly string[]> {
    if (places.length === 0 || this.waiting.has(key)) return places;
    const { engine, leftOvers, log, stopping } = this.deps;
    const uncleared: string[] = [];
    for (const place of places) {
      try {
        await engine.turn(() => leftOvers.at(place, key, made, stopping));
      } catch (error) {
        log.warn({ key, place, err: error }, "cannot remove what an earlier run left");
        uncleared.push(place);
      }
    }
    if (uncleared.length > 0) this.lookAgain(key);
    return uncleared;
  }

  private lookAgain(key: ObjectKey): void {
    this.waiting.add(key);
    setTimeout(() => {
      this.waiting.delete(key);
      this.deps.enqueue([key]);
    }, LATER).unref();
  }
}
