// Failures on the wire between the provider and the engine.
import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type Struct } from "google-protobuf/google/protobuf/struct_pb";

/** What the engine is to keep of a resource after a failure. */
export interface Kept {
  readonly id: string;
  readonly properties: Struct;
  readonly inputs: Struct;
}

/** A failed call as gRPC reports it. */
export type Failure = Partial<grpc.StatusObject>;

class PartialFailure extends Error {
  constructor(
    message: string,
    readonly metadata: grpc.Metadata,
  ) {
    super(message);
  }
}

/**
 * A failure after which the resource exists: the engine keeps it in its state, has it updated by the next run, and
 * deleted when it goes.
 */
export function partialFailure(message: string, { id, properties, inputs }: Kept): Error {
  const kept = new ErrorResourceInitFailed()
    .setId(id)
    .setProperties(properties)
    .setInputs(inputs)
    .setReasonsList([message]);
  const detail = new Any();
  detail.pack(kept.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([detail]);
  const metadata = new grpc.Metadata();
  // Where gRPC has the details of an error, which its library for Node knows nothing of.
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new PartialFailure(message, metadata);
}

/** Any failure. Its code is never UNAVAILABLE: the engine would take that for the end of the provider. */
export function failure(error: unknown): Failure {
  return {
    code: grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
    ...(error instanceof PartialFailure ? { metadata: error.metadata } : {}),
  };
}
