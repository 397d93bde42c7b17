/**
 * What became of a reconcile: nothing more to do, or wait for a change, or try again; and in how many milliseconds to
 * look again, whatever happens.
 */
export type ReconcileResult =
  | { readonly outcome: "done" | "waiting"; readonly after?: number }
  | { readonly outcome: "retry"; readonly after: number };
