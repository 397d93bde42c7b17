// One engine run for what all APIs share at a gateway, and what stands in its way.
import { type GatewaySettings, type OwnedObject } from "../components";
import { outputsOf, type Engine } from "../stack";
import { type Change } from "./drift/change";
import { type DriftDetector } from "./drift/driftDetector";
import { heldProblem } from "./drift/messages";
import { type Problem } from "./reasons";
import { gatewayNamespaceProblem, platformProblem, unservedKindError } from "./runMessages";

/** What a run works with. */
export interface PlatformRunDependencies {
  readonly engine: Pick<Engine, "up">;
  readonly drift: DriftDetector;
  /** Whether a namespace exists; undefined where that cannot be told. */
  readonly namespaceExists: (namespace: string) => Promise<boolean | undefined>;
  /** See {@link RunDependencies.unservedKind}. */
  readonly unservedKind: (objects: readonly OwnedObject[]) => Promise<string | undefined>;
  /** Aborted when runs under way must stop. */
  readonly stopping: AbortSignal;
}

/** What is to be brought about. */
export interface PlatformTarget {
  readonly gateway: GatewaySettings;
  /** The Kubernetes objects of it. */
  readonly objects: readonly OwnedObject[];
  /** Name of the stack. */
  readonly stack: string;
  /** Whether a run of this process has succeeded. */
  readonly known: boolean;
  /** Whether a run has left the objects as they should be: one of this process, or of one before. */
  readonly left: boolean;
  /** Whether to look first at what is there: an earlier process may have left it, and somebody else changed it since. */
  readonly refresh: boolean;
}

/** What became of it. */
export type PlatformRunEnd =
  | { readonly result: "applied" }
  /** All is there; what the settings do not name any more could not be deleted. */
  | { readonly result: "undeleted"; readonly problem: Problem; readonly error: unknown }
  | { readonly result: "failed"; readonly problem: Problem; readonly error?: unknown }
  /** No run: somebody has changed the objects, and they are to be left so. */
  | { readonly result: "changed"; readonly changes: readonly Change[] };

/** Brings the platform resources about, where nothing stands in the way that is known without a run. */
export async function runPlatform(
  deps: PlatformRunDependencies,
  target: PlatformTarget,
): Promise<PlatformRunEnd> {
  const { objects, left } = target;
  const missing = await missingNamespace(deps, objects);
  if (missing !== undefined) return { result: "failed", problem: gatewayNamespaceProblem(missing) };
  const unserved = await deps.unservedKind(objects);
  if (unserved !== undefined) {
    return { result: "failed", problem: platformProblem(unservedKindError(unserved)) };
  }
  const { foreign, changed } = deps.drift.obstacles(objects, left);
  if (foreign.length > 0) return { result: "failed", problem: heldProblem(foreign) };
  return changed.length > 0 ? { result: "changed", changes: changed } : up(deps, target);
}

/** A namespace that the engine would wait for half a minute, and hold up others meanwhile. */
async function missingNamespace(
  { namespaceExists }: PlatformRunDependencies,
  objects: readonly OwnedObject[],
): Promise<string | undefined> {
  const namespaces = new Set(objects.map(({ namespace }) => namespace));
  for (const namespace of namespaces) {
    if ((await namespaceExists(namespace)) === false) return namespace;
  }
  return undefined;
}

async function up(
  { drift, engine, stopping }: PlatformRunDependencies,
  { gateway, objects, stack, known, refresh }: PlatformTarget,
): Promise<PlatformRunEnd> {
  const force = drift.mustTake(objects);
  const input = { platform: gateway, ...(force ? { rewrittenAt: new Date().toISOString() } : {}) };
  try {
    const { versions } = await engine.up(
      { kind: "Platform", stack, known, input, signal: stopping },
      { refresh, force },
    );
    drift.settle(versions);
    return { result: "applied" };
  } catch (error) {
    const problem = platformProblem(error);
    const outputs = outputsOf(error);
    if (outputs === undefined) return { result: "failed", problem, error };
    drift.settle(outputs.versions);
    return { result: "undeleted", problem, error };
  }
}
