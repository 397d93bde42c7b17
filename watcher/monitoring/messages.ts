// What is said of the metrics of an API.
import { MAX_CONTAINER_NAME, type MonitoringSettings } from "../../components";
import { type ObjectKey } from "../kube/objects";
import { serviceMissingProblem } from "../serviceMessages";
import { containerRemedy, keptRemedy } from "../remedies";
import { type MonitoringProblem } from "./monitoringTargets";
import { describeKey, message, problem, type Problem } from "../reasons";

/** The problem of a metrics API of this namespace whose metrics are not announced as it asks. */
export function monitoringProblem(namespace: string, why: MonitoringProblem): Problem {
  switch (why.type) {
    case "NoService":
      return serviceMissingProblem(`${namespace}/${why.service}`, true);
    case "NoWorkload":
      return problem(
        "NoWorkload",
        `no Deployment, StatefulSet or DaemonSet is behind Service ${namespace}/${why.service}, so nothing announces the metrics`,
      );
    case "Taken":
      return problem(
        "MonitoringConflict",
        `the Pods of ${why.workload.kind} ${why.workload.name} announce the metrics of ${describeKey(why.by)}`,
      );
    case "Kept": {
      const what = `the Pods of ${why.workload.kind} ${why.workload.name} still announce what ${describeKey(why.by)} has set`;
      return { reason: "MonitoringConflict", message: message(what, keptRemedy) };
    }
    case "ContainerNotSupported": {
      const what =
        `container ${why.container} of ${why.workload.kind} ${why.workload.name}: ` +
        `its name must have at most ${MAX_CONTAINER_NAME} characters for annotations of DataDog`;
      return { reason: "MonitoringNotSupported", message: message(what, containerRemedy) };
    }
    case "BasicAuthNotSupported":
      return problem("MonitoringNotSupported", "annotations of Prometheus cannot carry spec.basicAuth");
  }
}

/** The problem of an API that asks for annotations, where the workloads of its namespace cannot be looked at. */
export function workloadsUnknownProblem(namespace: string): Problem {
  return problem(
    "WorkloadsUnknown",
    `Deployments, StatefulSets and DaemonSets of namespace ${namespace} cannot be listed, so it is not known which of them are to announce the metrics`,
  );
}

/** What is said of the metrics of an API that was never served as it asks. */
export const MONITORING_UNKNOWN = "whether the metrics are announced is not known until Reconciled is True";

/**
 * What the condition says of metrics that are announced as the API asks.
 *
 * @param service the implementation of the API
 * @param other the API that announces them along with its own
 */
export function monitoredMessage(
  service: string,
  settings: MonitoringSettings,
  other: ObjectKey | undefined,
): string {
  if (settings.type === "ServiceMonitor") {
    return `a ServiceMonitor asks Prometheus to scrape the Pods of Services labelled name=${service}`;
  }
  const own = settings.workloads.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  const clauses = [
    ...(own === "" ? [] : [`${settings.type} on ${own} announce the metrics`]),
    ...(other === undefined
      ? []
      : [`${describeKey(other)} announces the metrics along with its own, by ${settings.type}`]),
  ];
  return clauses.join("; ");
}
