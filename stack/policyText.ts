// What is said of policies that a gateway does not enforce, by the watcher and by the static program.
import { type PolicyOutcome } from "../components";
import { policyPlace } from "../spec";

/** Which of these policies the gateway does not enforce, or not wholly, and why; undefined where it enforces all. */
export function unenforcedText(gateway: string, policies: readonly PolicyOutcome[]): string | undefined {
  const dropped = policies.filter(({ enforcedBy }) => enforcedBy === undefined);
  const places = dropped.map(({ policy }) => policyPlace(policy)).join(", ");
  const why = dropped.flatMap(({ policy, because }) =>
    because === undefined ? [] : [`${policyPlace(policy)} ${because}`],
  );
  const partly = policies.flatMap(({ policy, without }) =>
    without === undefined
      ? []
      : [`gateway ${gateway} enforces ${policyPlace(policy)}, but without ${without}`],
  );
  const wholly = dropped.length === 0 ? [] : [`gateway ${gateway} does not enforce ${places}`];
  const parts = [...wholly, ...why, ...partly];
  return parts.length === 0 ? undefined : parts.join("; ");
}
