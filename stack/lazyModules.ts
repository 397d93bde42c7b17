// Import this first. Pulumi loads a TypeScript compiler and a package manager to turn functions into text, which nothing
// here asks for: half of the time to start and 60 MB of each process. They are loaded when something does ask.
import { createRequire } from "node:module";

/** Modules that are loaded at their first use, as `@pulumi/pulumi` names them. */
const LAZY = ["./typescript-shim", "@npmcli/arborist"] as const;

const pulumi = createRequire(require.resolve("@pulumi/pulumi"));
for (const name of LAZY) {
  const file = pulumi.resolve(name);
  // Another module may have needed it already.
  if (pulumi.cache[file] !== undefined) continue;
  let loaded: Record<PropertyKey, unknown> | undefined;
  const load = (): Record<PropertyKey, unknown> => {
    Reflect.deleteProperty(pulumi.cache, file);
    return pulumi(file) as Record<PropertyKey, unknown>;
  };
  const exports = new Proxy<Record<PropertyKey, unknown>>(
    {},
    // An importer of a module of ECMAScript takes it as it is, without a look at its members.
    { get: (_, property) => (property === "__esModule" ? true : (loaded ??= load())[property]) },
  );
  pulumi.cache[file] = { exports, loaded: true } as NodeJS.Module;
}
