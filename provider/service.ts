// The provider as the engine calls it: Pulumi's ResourceProvider service for one type of resource.
import type * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { PartlyDone } from "./errors";
import { failure, partialFailure } from "./failures";
import { Gateway, type Patience } from "./gateway";
import {
  changedInputs,
  inputErrors,
  isUncertain,
  readInputs,
  readState,
  specOf,
  UNKNOWN,
  type GatewayAccess,
  type RegistrationInputs,
  type RegistrationState,
} from "./model";
import { create, remove, update } from "./registrations";

/** Settings of {@link createService}. */
export interface ServiceOptions {
  readonly version: string;
  readonly patience?: Patience;
  /** Codes beside those of the inputs: what the state says of an API that is being deleted nobody can change any more. */
  readonly absentCodes?: readonly string[];
}

type Fields = Record<string, unknown>;

/** The methods of the service. Those that are left out answer that they are not implemented, which the engine expects. */
export function createService({
  version,
  patience,
  absentCodes = [],
}: ServiceOptions): grpc.UntypedServiceImplementation {
  /** Ends the requests under way; those that come later are others'. */
  let cancelling = new AbortController();
  const gatewayOf = (access: GatewayAccess): Gateway => {
    const codes = [...access.absentCodes, ...absentCodes];
    return new Gateway({ ...access, absentCodes: codes }, cancelling.signal, patience);
  };

  return {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    cancel: unary(() => {
      cancelling.abort();
      cancelling = new AbortController();
      return new Empty();
    }),
    attach: unary(() => new Empty()),
    checkConfig: unary((request: messages.CheckRequest) =>
      new messages.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() => noDifference()),
    configure: unary(() =>
      new messages.ConfigureResponse()
        .setSupportspreview(true)
        .setAcceptsecrets(false)
        .setAcceptoutputs(false),
    ),
    check: unary(check),
    diff: unary(diff),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = fieldsOf(request.getProperties());
      const state = request.getPreview()
        ? previewed(inputs)
        : await keepingState(String(inputs["name"]), inputs, () =>
            create(gatewayOf(readInputs(inputs)), readInputs(inputs)),
          );
      return new messages.CreateResponse().setId(String(inputs["name"])).setProperties(structOf(state));
    }),
    read: unary(read),
    update: unary(async (request: messages.UpdateRequest) => {
      const inputs = fieldsOf(request.getNews());
      const before = readState(fieldsOf(request.getOlds()));
      const state = request.getPreview()
        ? previewed(inputs)
        : await keepingState(request.getId(), inputs, () =>
            update(gatewayOf(readInputs(inputs)), before, readInputs(inputs)),
          );
      return new messages.UpdateResponse().setProperties(structOf(state));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      const access: RegistrationInputs = readInputs(fieldsOf(request.getOldInputs()));
      await remove(gatewayOf(access), readState(fieldsOf(request.getProperties())));
      return new Empty();
    }),
  };
}

function check(request: messages.CheckRequest): messages.CheckResponse {
  const failures = inputErrors(fieldsOf(request.getNews())).map((property) =>
    new messages.CheckFailure().setProperty(property).setReason("is missing or not of its type"),
  );
  return new messages.CheckResponse().setInputs(request.getNews()).setFailuresList(failures);
}

function diff(request: messages.DiffRequest): messages.DiffResponse {
  const changed = changedInputs(fieldsOf(request.getOldInputs()), fieldsOf(request.getNews()));
  // The state is from an earlier run, and has no unknowns: what failed then is done now, refreshed in between or not.
  const isLeft = isUncertain(readState(fieldsOf(request.getOlds())));
  if (changed.length === 0 && !isLeft) return noDifference();
  return new messages.DiffResponse()
    .setChanges(messages.DiffResponse.DiffChanges.DIFF_SOME)
    .setDiffsList([...changed]);
}

function noDifference(): messages.DiffResponse {
  return new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE);
}

/**
 * The gateway has no request that reads: what the state says stays, also that something is not certain, which the engine
 * would forget with an answer that says nothing of it.
 */
function read(request: messages.ReadRequest): messages.ReadResponse {
  const properties = fieldsOf(request.getProperties());
  if (!("spec" in properties)) {
    throw new Error(
      "an API cannot be imported from the WhaleCloud API gateway, which has no request that reads",
    );
  }
  const inputs = fieldsOf(request.getInputs());
  if (isUncertain(readState(properties))) {
    const kept = { id: request.getId(), properties: structOf(properties), inputs: structOf(inputs) };
    throw partialFailure(uncertainty(String(inputs["endpoint"]), readState(properties)), kept);
  }
  return new messages.ReadResponse()
    .setId(request.getId())
    .setProperties(request.getProperties())
    .setInputs(request.getInputs());
}

function uncertainty(endpoint: string, { spec }: RegistrationState): string {
  const gateway = `the WhaleCloud API gateway at ${new URL(endpoint).host}`;
  return `what ${gateway} has done of ${spec.name} is not known: the next update tells it again`;
}

function previewed(inputs: Fields): Fields {
  return { spec: specOf(inputs as unknown as RegistrationInputs), response: UNKNOWN, stale: [] };
}

/** Does something of which the engine is to know how far it came, even where it fails. */
async function keepingState(
  id: string,
  inputs: Fields,
  work: () => Promise<RegistrationState>,
): Promise<RegistrationState> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PartlyDone)) throw error;
    throw partialFailure(error.message, { id, properties: structOf(error.state), inputs: structOf(inputs) });
  }
}

function fieldsOf(struct: Struct | undefined): Fields {
  return struct?.toJavaScript() ?? {};
}

function structOf(fields: object): Struct {
  return Struct.fromJavaScript(fields as Record<string, JavaScriptValue>);
}

/** A method with one request and one answer. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(failure(error), null);
        },
      );
  };
}
