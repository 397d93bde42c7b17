import { mkdir, readlink, rename, symlink } from "node:fs/promises";
import path from "node:path";
import { VERSIONS } from "./versions";

/**
 * Makes a `PULUMI_HOME` of our own that has the Kubernetes provider as an installed plugin, so that engine
 * runs use neither the credentials nor the plugins of the user's own.
 *
 * @param provider the provider's binary
 * @returns the directory and the plugin's path in it
 */
export async function preparePulumiHome(
  cache: string,
  provider: string,
): Promise<{ readonly home: string; readonly plugin: string }> {
  const home = path.join(cache, "pulumi-home");
  const directory = path.join(home, "plugins", `resource-kubernetes-v${VERSIONS.kubernetesProvider}`);
  const plugin = path.join(directory, "pulumi-resource-kubernetes");
  // The engine ignores a plugin directory that is a link, but not a binary that is one.
  await mkdir(directory, { recursive: true });
  if ((await readlink(plugin).catch(() => undefined)) !== provider) {
    await symlink(provider, `${plugin}.${process.pid}`);
    await rename(`${plugin}.${process.pid}`, plugin);
  }
  return { home, plugin };
}
