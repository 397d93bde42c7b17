// Where the Automation API finds the projects: one for each kind of stack.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { backendVariables, type BackendSettings } from "../backend";
import { projectName, type StackKind } from "../names";
import { type EngineCommand } from "./answered";
import { writePlugins, type ProviderPlugin } from "./plugins";

/** The workspaces of one project: the same folder, and another environment for the providers of its runs. */
export interface Workspaces {
  readonly workDir: string;
  readonly usual: LocalWorkspace;
  /** Server-side apply takes fields that another field manager holds. */
  readonly forcing: LocalWorkspace;
}

/** Where an installation keeps its projects and their state. */
export interface InstallationSettings {
  /** Folder of this installation: work files, the journal of runs, and by default the state. */
  readonly stateDir: string;
  readonly backend: BackendSettings;
}

/** Creates the project of a kind below `stateDir`. */
export async function createWorkspaces(
  kind: StackKind,
  command: EngineCommand,
  { stateDir, backend }: InstallationSettings,
): Promise<Workspaces> {
  const project = projectName(kind);
  const workDir = join(stateDir, "work", project);
  writeProject(workDir, project, writePlugins(stateDir));
  const workspace = (force: "true" | "false"): Promise<LocalWorkspace> =>
    LocalWorkspace.create({
      workDir,
      secretsProvider: backend.secretsProvider,
      // The Automation API reads `command`, `version` and `run` of it, and nothing else.
      pulumiCommand: command,
      envVars: {
        ...backendVariables(backend),
        PULUMI_K8S_ENABLE_PATCH_FORCE: force,
      },
    });
  return { workDir, usual: await workspace("false"), forcing: await workspace("true") };
}

/** Writes Pulumi.yaml where it is not as it should be; never half, because runs of other processes may read it. */
function writeProject(workDir: string, name: string, providers: readonly ProviderPlugin[]): void {
  const file = join(workDir, "Pulumi.yaml");
  const text = stringify({ name, runtime: "nodejs", main: workDir, plugins: { providers } });
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(workDir, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
