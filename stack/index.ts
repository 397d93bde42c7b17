// What the watcher, the preview and the static program may import.
export { resolveBackend, type BackendOptions, type BackendSettings } from "./backend";
export { createEngine, type EngineOptions } from "./createEngine";
export { declaredObjects } from "./declared";
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
  StackLockedError,
  TransientError,
  transientReasons,
  type LockHolder,
  type TransientReason,
} from "./errors";
export { reconcileHash } from "./hash";
export { readManifests } from "./manifests";
export { projectName, stackName } from "./names";
export { apiProgram, PROGRAM_REVISION, type ApiOutputs, type ApiProgram, type ProgramInput } from "./program";
export { type ApiSettings } from "./settings";
export { withoutCredentials } from "./redact";
export { checkTogether } from "./staticApis";
