// Where the Automation API finds the projects: one for each kind of object.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { type ResourceKind } from "../../spec";
import { type BackendSettings } from "../backend";
import { projectName } from "../names";
import { type CliCommand } from "./command";

/** The workspaces of one project: the same folder, and another environment for the processes that run in it. */
export interface Workspaces {
  readonly usual: LocalWorkspace;
  /** Server-side apply takes fields that another field manager holds. */
  readonly forcing: LocalWorkspace;
}

/** Creates the project of a kind below `stateDir`. */
export async function createWorkspaces(
  kind: ResourceKind,
  command: CliCommand,
  { stateDir, backend }: { readonly stateDir: string; readonly backend: BackendSettings },
): Promise<Workspaces> {
  const project = projectName(kind);
  const workDir = join(stateDir, "work", project);
  mkdirSync(workDir, { recursive: true });
  const workspace = (environment: Record<string, string>): Promise<LocalWorkspace> =>
    LocalWorkspace.create({
      workDir,
      projectSettings: { name: project, runtime: "nodejs", main: workDir },
      secretsProvider: backend.secretsProvider,
      // The Automation API reads `command`, `version` and `run` of it, and nothing else.
      pulumiCommand: command,
      envVars: {
        PULUMI_BACKEND_URL: backend.url,
        ...(backend.passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: backend.passphrase }),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
        ...environment,
      },
    });
  const forcing = (value: "true" | "false"): Promise<LocalWorkspace> =>
    workspace({ PULUMI_K8S_ENABLE_PATCH_FORCE: value });
  return { usual: await forcing("false"), forcing: await forcing("true") };
}
