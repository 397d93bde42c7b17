// Import this where inline programs run: they do not tell the engine each of their steps.
//
// The SDK sends the engine several messages for every resource that it registers, each a request of its own: more work
// than the registrations. The CLI prints them only with `--debug`, which no run here asks for.
import { createRequire } from "node:module";

const log: unknown = createRequire(__filename)("@pulumi/pulumi/log");

Object.assign(log as object, { debug: () => Promise.resolve() });
