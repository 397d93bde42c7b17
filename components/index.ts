// What users of the components may import.
export { OdaApi, type OdaApiArgs } from "./odaApi";
export { type GatewayAddress, type PolicyOutcome, type PublicUrl } from "./gateway";
export {
  gatewayObjects,
  gatewayTypes,
  isGatewayType,
  policiesOf,
  publicUrl,
  routesOf,
  unenforced,
  type GatewaySettings,
} from "./gateways";
export { defaultIstioSettings, type IstioSettings } from "./istio/settings";
export { IstioGateway, type IstioGatewayArgs } from "./istio/istioGateway";
export { ServiceMonitor, type ServiceMonitorArgs } from "./monitoring/serviceMonitor";
export {
  monitoringTypes,
  readMonitoringType,
  type AnnotatedWorkload,
  type EndpointBasicAuth,
  type MonitoringSettings,
  type MonitoringType,
  type ScrapedEndpoint,
} from "./monitoring/settings";
export { isMetricsApi } from "./monitoring/monitoring";
export { PrometheusAnnotations, type PrometheusAnnotationsArgs } from "./monitoring/prometheusAnnotations";
export {
  DataDogAnnotations,
  type DataDogAnnotationsArgs,
  MAX_CONTAINER_NAME,
} from "./monitoring/dataDogAnnotations";
export { monitoringObjects } from "./monitoring/variants";
export { type ObjectVersions, type OwnedObject } from "./ownedObject";
export { patchFieldManager, type OwnerReference } from "./kubernetesMetadata";
