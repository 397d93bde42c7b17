// Import this first. Pulumi loads a TypeScript compiler and a package manager to turn functions into text, which nothing
// here asks for: half of the time to start and 60 MB of each process. They are loaded when something does ask.
import { createRequire } from "node:module";

/** Modules that are loaded at their first use, as `@pulumi/pulumi` names them. */
const LAZY = ["./typescript-shim", "@npmcli/arborist"] as const;

type Exports = Record<PropertyKey, unknown>;

const pulumi = createRequire(require.resolve("@pulumi/pulumi"));
for (const name of LAZY) {
  const file = fileOf(name);
  // Another module may have needed it already.
  if (file === undefined || pulumi.cache[file] !== undefined) continue;
  pulumi.cache[file] = { exports: lazyExports(file), loaded: true } as NodeJS.Module;
}

/** Undefined where a release of Pulumi has no such module any more: what takes its place is loaded as ever. */
function fileOf(name: string): string | undefined {
  try {
    return pulumi.resolve(name);
  } catch {
    return undefined;
  }
}

/** Exports of a module that is loaded at the first look at one of them. */
function lazyExports(file: string): Exports {
  let loaded: Exports | undefined;
  const load = (): Exports => {
    if (loaded !== undefined) return loaded;
    Reflect.deleteProperty(pulumi.cache, file);
    return (loaded = pulumi(file) as Exports);
  };
  return new Proxy<Exports>(
    {},
    {
      // An importer of a module of ECMAScript takes it as it is, without a look at its members.
      get: (_, property) => (property === "__esModule" ? true : load()[property]),
      has: (_, property) => property in load(),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, property) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(load(), property);
        // A proxy may only show what its target, which is empty, could have too.
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}
