// The stacks in the watcher's state backend, which is a folder.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { projectName, stackName } from "../../stack/names";
import { NAMESPACE } from "./cluster";
import { type Stage } from "./stage";

/** Names of the stacks there are. */
export function stackNames({ stateDir }: Stage): string[] {
  const folder = path.join(stateDir, "state/.pulumi/stacks", projectName("ExposedAPI"));
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((file) => file.endsWith(".json")).map((file) => path.basename(file, ".json"));
}

/** The stack of an API in the sample's namespace. */
export function stackOf(name: string): string {
  return stackName({ namespace: NAMESPACE, name });
}
