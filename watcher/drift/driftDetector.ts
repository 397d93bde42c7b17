// Notices when the live objects of an API are not as its last run left them. Works on caches: no request, no run.
import { objectId, type ObjectVersions, type OwnedObject } from "../../components";
import { nameOf } from "../kube/objects";
import { versionOf } from "../kube/ownWrites";
import { type Change } from "./change";
import { deviation, holdOf, isReplaced, type Hold } from "./deviation";
import { type LiveObject } from "./liveObject";

/** What happens to a resource that somebody changed: it is put back, or only told of. */
export const driftModes = ["correct", "report"] as const;

export type DriftMode = (typeof driftModes)[number];

/** The live object of a kind, namespace and name: null when there is none, undefined where that cannot be told. */
export type LiveObjects = (kind: string, namespace: string, name: string) => LiveObject | null | undefined;

/** What keeps a run from its objects. */
export interface Obstacles {
  /** Objects of these names that are somebody else's. */
  readonly foreign: readonly Change[];
  /** Changes that are to be left. */
  readonly changed: readonly Change[];
}

/** Milliseconds after a run within which the cache has what the run wrote, unless something is wrong. */
const CATCH_UP = 10_000;

/** Milliseconds for which a deletion is remembered: no run takes longer. */
const REMEMBERED = 3_600_000;

/** Compares declared with live objects, once the caches have what the last run wrote. */
export class DriftDetector {
  /** Objects that a run wrote and whose cache is behind: the version it waits for, and until when. */
  private readonly awaited = new Map<string, { readonly version: bigint; readonly until: number }>();

  /** Objects that were deleted lately, oldest first: a run that made one may end after its deletion was noticed. */
  private readonly deleted = new Map<string, { readonly version: bigint; readonly at: number }>();

  constructor(
    private readonly live: LiveObjects,
    readonly mode: DriftMode,
  ) {}

  /** A run is over: its objects have these versions, or newer ones. */
  settle(versions: ObjectVersions): void {
    for (const [id, version] of Object.entries(versions)) {
      const [kind = "", namespace = "", name = ""] = id.split("/");
      const cached = this.live(kind, namespace, name);
      const seen = cached === null ? this.deleted.get(id)?.version : cached && versionOf(cached);
      const written = versionOf({ metadata: { resourceVersion: version } });
      if ((seen ?? 0n) >= written) continue;
      this.awaited.set(id, { version: written, until: Date.now() + CATCH_UP });
    }
  }

  /** The cache has taken in a change of an object. */
  noticed(kind: string, object: LiveObject): void {
    this.reached(idOf(kind, object), versionOf(object));
  }

  /** The cache has taken in that an object is gone. */
  noticedDeletion(kind: string, object: LiveObject): void {
    const id = idOf(kind, object);
    const version = versionOf(object);
    const now = Date.now();
    for (const [old, { at }] of this.deleted) {
      if (now - at < REMEMBERED) break;
      this.deleted.delete(old);
    }
    this.deleted.delete(id);
    this.deleted.set(id, { version, at: now });
    this.reached(id, version);
  }

  /**
   * What somebody else did to these objects. Undefined while the cache has yet to see the last run; look again after
   * {@link recheckAfter} milliseconds at the latest.
   */
  changes(objects: readonly OwnedObject[]): readonly Change[] | undefined {
    if (objects.some((object) => this.isBehind(object))) return undefined;
    return objects.flatMap((object) => {
      const live = this.liveOf(object);
      // An object that is somebody else's may go: what was set on it goes with it.
      if (live === undefined || (live === null && object.isPatch)) return [];
      return deviation(object, live ?? undefined) ?? [];
    });
  }

  /** Milliseconds after which {@link changes} is sure to know. */
  readonly recheckAfter = CATCH_UP;

  /**
   * What keeps a run from these objects: fields that somebody else holds with other values, on objects that are not this
   * project's, or where changes are only to be reported. The API server is not asked: to the engine some managers count
   * less than others.
   *
   * @param applied whether the last run has left just these objects: then all of them were this project's
   */
  obstacles(objects: readonly OwnedObject[], applied: boolean): Obstacles {
    const held = objects.flatMap((object) => {
      const live = this.liveOf(object) ?? undefined;
      const change = deviation(object, live);
      return change === undefined ? [] : [{ change, hold: holdOf(object, live) }];
    });
    const of = (hold: Hold): readonly Change[] =>
      held.filter((each) => each.hold === hold).map(({ change }) => change);
    return {
      foreign: applied ? [] : of("foreign"),
      changed: this.mode === "report" ? of("changed") : [],
    };
  }

  /** Whether a run has to take what somebody else holds. Only to be asked where there is no obstacle. */
  mustTake(objects: readonly OwnedObject[]): boolean {
    return objects.some((object) => {
      const live = this.liveOf(object) ?? undefined;
      return live !== undefined && (isReplaced(object, live) || holdOf(object, live) !== "free");
    });
  }

  private reached(id: string, version: bigint): void {
    const awaited = this.awaited.get(id);
    if (awaited !== undefined && version >= awaited.version) this.awaited.delete(id);
  }

  private liveOf({ kind, namespace, name }: OwnedObject): LiveObject | null | undefined {
    return this.live(kind, namespace, name);
  }

  private isBehind(object: OwnedObject): boolean {
    const id = objectId(object);
    const awaited = this.awaited.get(id);
    if (awaited === undefined) return false;
    if (Date.now() >= awaited.until) {
      this.awaited.delete(id);
      return false;
    }
    // What cannot be told is not compared; it may be followed only since the run.
    return this.liveOf(object) !== undefined;
  }
}

function idOf(kind: string, object: LiveObject): string {
  return `${kind}/${nameOf(object)}`;
}
