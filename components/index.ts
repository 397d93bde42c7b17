// What users of the components may import.
export { OdaApi, type KeptGateway, type OdaApiArgs } from "./odaApi";
export { OdaPlatform, type OdaPlatformArgs } from "./odaPlatform";
export {
  routeText,
  type AddressSource,
  type ApiContext,
  type ApiIdentity,
  type BackendSource,
  type DocumentContents,
  type DocumentRef,
  type GatewayAddress,
  type GatewayBinding,
  type PolicyOutcome,
  type PublicUrl,
  type Route,
} from "./gateway";
export {
  addressSource,
  awaited,
  backendSource,
  gatewayObjects,
  gatewayTypes,
  isGatewayType,
  contextNeeds,
  needsPlatform,
  platformObjects,
  policiesOf,
  publicUrl,
  routesOf,
  specErrors,
  type GatewaySettings,
} from "./gateways";
export {
  defaultIstioSettings,
  defaultWorkload,
  type ApiKeySettings,
  type GatewayWorkload,
  type IstioSettings,
  type JwtProvider,
  type TlsCertificate,
  type TlsSettings,
} from "./istio/settings";
export {
  type AppInsights,
  type ApimProduct,
  type ApimSubscription,
  type AzureApimSettings,
  type AzureIdentityProvider,
  type CircuitBreaker,
  type ClusterSide,
  type KeyVaultValue,
} from "./azureApim/settings";
export { apiIdOf as apimApiId, entityIdOf as apimEntityId, markOf as apimMark } from "./azureApim/names";
export { unversionedPath } from "./azureApim/versions";
export { type WhalecloudApigSettings } from "./whalecloudApig/settings";
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
export { objectId, type ObjectVersions, type OwnedObject } from "./ownedObject";
export * as azureNames from "./platform/azureNames";
export {
  defaultAzureApimPart,
  keyVaultSecrets,
  type AzureApimPart,
  type EntraPart,
  type IdentityProviderPart,
} from "./platform/azureApimPart";
export { entraIssuer } from "./platform/entraProvider";
export { discoveryUrl } from "./platform/jwtProviders";
export { noPlatform, type Platform, PlatformError } from "./platform/platform";
export { readPlatform } from "./platform/readPlatform";
export { endpointOf as whalecloudEndpoint } from "./platform/whalecloudApig";
export { patchFieldManager, type OwnerReference } from "./kubernetesMetadata";
