// The table of variants of monitoring: adding one is a component and an entry here.
import { type ExposedApi } from "../../spec";
import { type OwnedObject } from "../ownedObject";
import { dataDogAnnotations } from "./dataDogAnnotations";
import { type Monitoring } from "./monitoring";
import { prometheusAnnotations } from "./prometheusAnnotations";
import { serviceMonitor } from "./serviceMonitor";
import { type MonitoringSettings, type MonitoringType } from "./settings";

const variants: {
  readonly [Type in MonitoringType]: Monitoring<Extract<MonitoringSettings, { type: Type }>>;
} = {
  ServiceMonitor: serviceMonitor,
  PrometheusAnnotations: prometheusAnnotations,
  DataDogAnnotations: dataDogAnnotations,
};

/** The variant that these settings choose. */
export function monitoringFor(settings: MonitoringSettings): Monitoring<MonitoringSettings> {
  return variants[settings.type] as Monitoring<MonitoringSettings>;
}

/** See {@link Monitoring.objects}; none for an API that is not monitored. */
export function monitoringObjects(
  api: ExposedApi,
  settings: MonitoringSettings | undefined,
): readonly OwnedObject[] {
  return settings === undefined ? [] : monitoringFor(settings).objects(api, settings);
}
