// What the watcher, the preview and the static program may import.
export { contextOf, type ContextSources } from "./apiContext";
export { AzureSettingsSource, type AzureSettingsOptions } from "./azure/azureSettings";
export { changedEntities, EntityTags, type EntityEtags, type EntityTagsOptions } from "./azure/etags";
export { LeftOvers } from "./azure/leftOvers";
export { type ApimService } from "./azure/resourceManager";
export { resolveBackend, type BackendOptions, type BackendSettings } from "./backend";
export { createEngine, type EngineOptions } from "./createEngine";
export { declaredObjects } from "./declared";
export {
  defaultDocumentLimits,
  digestOf,
  DocumentError,
  DocumentReader,
  shownUrl,
  type DocumentLimits,
  type DocumentReason,
  type DocumentSource,
  type ImportedDocument,
  type ReadDocument,
} from "./documents";
export {
  type Engine,
  type EngineChoice,
  type EngineName,
  type EngineProcessEvent,
  type PreviewStep,
  type StackRun,
  type StackTarget,
  type UpOptions,
} from "./engine";
export {
  EngineError,
  outputsOf,
  StackLockedError,
  TransientError,
  transientReasons,
  type LockHolder,
  type TransientReason,
} from "./errors";
export { reconcileHash } from "./hash";
export { checkProviders, providersToCheck, type ProviderProblem } from "./identity/checkProviders";
export { readManifests } from "./manifests";
export { neighboursOf, type Neighbours } from "./neighbours";
export { unenforcedText } from "./policyText";
export { platformStackName, projectName, stackName, type StackKind } from "./names";
export { readPlatformFile } from "./platformFile";
export {
  apiProgram,
  platformProgram,
  PROGRAM_REVISION,
  programOf,
  type ApiInput,
  type PlatformInput,
  type ProgramInput,
  type RunOutputs,
  type StackProgram,
} from "./program";
export { RouteOverlaps, type Overlap } from "./routeOverlaps";
export { type ApiSettings, type KeptGateway } from "./settings";
export { withoutCredentials } from "./redact";
export { checkTogether } from "./staticApis";
export { readStaticDocuments } from "./staticDocuments";
export { staticGateways, type StaticGatewaysOptions } from "./staticGateways";
