/** The stand-in provider as a gRPC service of the Pulumi engine (pulumi/provider.proto). */
import {
  Metadata,
  status,
  type handleUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ArmClient, type ArmClientOptions } from "./armClient";
import { idInputs, type Values } from "./kinds";
import { PartialFailure, Resources } from "./resources";
import { structOf, UNKNOWN, valuesOf } from "./values";

/** Outputs that a preview of something new does not know. */
const UNKNOWN_OUTPUTS = ["name", "type", "apiRevision", "isCurrent", "provisioningState"] as const;

const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;

/** The calls that the engine makes. Others are answered as not implemented. */
export function providerService(options: ArmClientOptions, version: string): UntypedServiceImplementation {
  const arm = new ArmClient(options);
  let resources = new Resources(arm, "");
  return {
    attach: unary(() => new Empty()),
    cancel: unary(() => {
      arm.cancel();
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    checkConfig: unary((request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() => new proto.DiffResponse()),
    configure: unary((request: proto.ConfigureRequest) => {
      const { subscriptionId } = valuesOf(request.getArgs());
      if (typeof subscriptionId !== "string") {
        const method = "authenticating using the Default Azure Credential";
        throw new Error(`A Subscription ID must be configured when ${method}.`);
      }
      resources = new Resources(arm, subscriptionId);
      return new proto.ConfigureResponse().setSupportspreview(true);
    }),
    check: unary(check),
    diff: unary((request: proto.DiffRequest) => diff(resources, request)),
    create: unary(async (request: proto.CreateRequest) => {
      const inputs = valuesOf(request.getProperties());
      if (request.getPreview()) {
        return new proto.CreateResponse().setProperties(structOf(previewed(inputs)));
      }
      const { id, outputs } = await resources.create(request.getUrn(), inputs);
      return new proto.CreateResponse().setId(id).setProperties(structOf(outputs));
    }),
    read: unary((request: proto.ReadRequest) => read(resources, request)),
    update: unary(async (request: proto.UpdateRequest) => {
      const inputs = valuesOf(request.getNews());
      if (request.getPreview()) {
        const known = { ...previewed(inputs), ...pick(valuesOf(request.getOlds()), "name") };
        return new proto.UpdateResponse().setProperties(structOf(known));
      }
      const { outputs } = await resources.update(request.getUrn(), inputs);
      return new proto.UpdateResponse().setProperties(structOf(outputs));
    }),
    delete: unary(async (request: proto.DeleteRequest) => {
      await resources.delete(request.getId());
      return new Empty();
    }),
  };
}

function check(request: proto.CheckRequest): proto.CheckResponse {
  const inputs = valuesOf(request.getNews());
  const missing = idInputs(request.getUrn()).filter((name) => inputs[name] === undefined);
  const failures = missing.map((name) =>
    new proto.CheckFailure().setReason(`missing required property '${name}'`),
  );
  return new proto.CheckResponse().setInputs(structOf(inputs)).setFailuresList(failures);
}

function diff(resources: Resources, request: proto.DiffRequest): proto.DiffResponse {
  const [before, after] = [valuesOf(request.getOldInputs()), valuesOf(request.getNews())];
  const { changes, replaces } = resources.diff(request.getUrn(), before, after);
  return new proto.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changes])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(replaces.length > 0);
}

async function read(resources: Resources, request: proto.ReadRequest): Promise<proto.ReadResponse> {
  const found = await resources.read(request.getUrn(), {
    id: request.getId(),
    inputs: valuesOf(request.getInputs()),
    outputs: valuesOf(request.getProperties()),
  });
  if (found === undefined) return new proto.ReadResponse();
  return new proto.ReadResponse()
    .setId(found.id)
    .setInputs(structOf(found.inputs))
    .setProperties(structOf(found.outputs));
}

function previewed(inputs: Values): Values {
  return { ...Object.fromEntries(UNKNOWN_OUTPUTS.map((name) => [name, UNKNOWN])), ...inputs };
}

function pick(values: Values, name: string): Values {
  return values[name] === undefined ? {} : { [name]: values[name] };
}

/** A call that is answered with what the work gives, or fails with what it throws. */
function unary<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    const done = (async () => work(request))();
    done.then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(failure(error instanceof Error ? error : new Error(String(error))));
      },
    );
  };
}

function failure(error: Error): Partial<ServiceError> {
  const plain = { code: status.UNKNOWN, details: error.message };
  if (!(error instanceof PartialFailure)) return plain;
  const { id, inputs, outputs } = error.kept;
  const detail = new proto.ErrorResourceInitFailed()
    .setId(id)
    .setReasonsList([error.message])
    .setInputs(structOf(inputs))
    .setProperties(structOf(outputs));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status().setCode(status.UNKNOWN).setMessage(error.message).setDetailsList([packed]);
  const metadata = new Metadata();
  // Where gRPC has details of an error (gRPC guide, error handling, richer error model).
  metadata.set("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { ...plain, metadata };
}
