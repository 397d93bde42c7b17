// The baseline: the Automation API as its documentation shows it, createOrSelectStack and then the operation.
import { LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import {
  programOf,
  EngineError,
  projectName,
  type RunOutputs,
  type BackendSettings,
  type Engine,
  type StackRun,
} from "../../stack";

/** An engine without any of the savings of the CLI engine. */
export function plainEngine(backend: BackendSettings, onProcess: (operation: string) => void): Engine {
  const select = async (target: Pick<StackRun, "kind" | "stack">, program: PulumiFn): Promise<Stack> => {
    onProcess("unknown");
    return LocalWorkspace.createOrSelectStack(
      { stackName: target.stack, projectName: projectName(target.kind), program },
      {
        secretsProvider: backend.secretsProvider,
        envVars: {
          PULUMI_BACKEND_URL: backend.url,
          ...(backend.passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: backend.passphrase }),
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
  };
  const unused = (): never => {
    throw new EngineError("not part of the benchmark");
  };
  return {
    name: "plain",
    up: async (run): Promise<RunOutputs> => {
      const program = programOf(run.input);
      const stack = await select(run, program.run);
      const { outputs } = await stack.up();
      return { uid: String(outputs["uid"]?.value), versions: program.outputs()?.versions ?? {} };
    },
    destroy: async (target) => {
      const stack = await select(target, () => Promise.resolve({}));
      await stack.destroy();
      await stack.workspace.removeStack(target.stack);
    },
    preview: unused,
    refresh: unused,
    recover: () => Promise.resolve(),
    condition: () => undefined,
    close: () => Promise.resolve(),
  };
}
