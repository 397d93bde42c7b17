/** Whether a Node version such as "20.19.0" is new enough for this repository. */
export function isNodeSupported(version: string): boolean;

/** Whether everything the package-lock.json in `root` asks for is in its node_modules. */
export function isInstalled(root: string): boolean;

/**
 * Installs the dependencies of `root` when that is needed; of several processes at once, one does and the
 * others wait.
 */
export function ensureDependencies(
  root: string,
  options?: {
    readonly install?: (root: string) => Promise<void>;
    readonly log?: (line: string) => void;
  },
): Promise<void>;
