// Which API has set fields on which workload, by the names of field managers.
import { patchFieldManager } from "../../components";
import { splitKey, type ObjectKey } from "../kube/objects";
import { type Workload } from "./workloadSelection";

/** Index of the APIs there are and of the workloads that bear their field managers, by the name of the manager. */
export class FieldHolders {
  /** By namespace and field manager. */
  private readonly apis = new Map<string, ObjectKey>();
  private readonly workloads = new Map<string, Set<string>>();

  hasApi(key: ObjectKey): boolean {
    return this.apis.has(placeOf(key));
  }

  addApi(key: ObjectKey): void {
    this.apis.set(placeOf(key), key);
  }

  removeApi(key: ObjectKey): void {
    this.apis.delete(placeOf(key));
  }

  /** Takes in what became of a workload; undefined where there was none, or is none any more. */
  setWorkload(id: string, before: Workload | undefined, after: Workload | undefined): void {
    for (const place of placesOf(before)) {
      const ids = this.workloads.get(place);
      ids?.delete(id);
      if (ids?.size === 0) this.workloads.delete(place);
    }
    for (const place of placesOf(after)) {
      this.workloads.set(place, (this.workloads.get(place) ?? new Set()).add(id));
    }
  }

  /** The APIs there are that hold fields of a workload. What one that is gone has left behind is nobody's. */
  holdersOf(workload: Workload): readonly ObjectKey[] {
    return placesOf(workload).flatMap((place) => this.apis.get(place) ?? []);
  }

  /** Ids of the workloads of which an API holds fields. */
  workloadsHeldBy(key: ObjectKey): readonly string[] {
    return [...(this.workloads.get(placeOf(key)) ?? [])];
  }
}

function placeOf(key: ObjectKey): string {
  const { plural, namespace, name } = splitKey(key);
  return `${namespace} ${patchFieldManager({ kind: plural === "apis" ? "API" : "ExposedAPI", name })}`;
}

function placesOf(workload: Workload | undefined): readonly string[] {
  return (workload?.managers ?? []).map((manager) => `${workload?.namespace ?? ""} ${manager}`);
}
