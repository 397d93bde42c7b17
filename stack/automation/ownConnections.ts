// Import this where inline programs run: each connection of a program to its engine is its own.
//
// The Automation API does not close the connections of a program when its run is over, and one that speaks once more
// fails for good. gRPC shares that failure with every connection of the process to the same address. A later run whose
// engine listens on the same port would fail at its first words; the Automation API takes such a failure for the end of the
// program, and the engine deletes what the program has not declared.
import * as settings from "@pulumi/pulumi/runtime/settings";

/** The options of every client that the SDK makes; it exports them without a type. */
const { grpcClientOptions } = settings as unknown as { readonly grpcClientOptions: object };

Object.assign(grpcClientOptions, { "grpc.use_local_subchannel_pool": 1 });
