/** A worker ended during a run, or a run was hurt by what an earlier one had left in it. Stays inside `stack/`. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
  constructor(
    message: string,
    readonly pid: number,
    /** Why it was ended by force, where a run did not end in time. */
    readonly killedFor?: "deadline" | "abort",
  ) {
    super(message);
  }
}
