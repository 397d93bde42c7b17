/**
 * Stands in for the engine, so that components can be made in a test. Import it before any component: Pulumi wants
 * `setMocks` first. https://www.pulumi.com/docs/iac/guides/testing/unit/
 */
import * as pulumi from "@pulumi/pulumi";
import {
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";

/** A resource as the engine was asked for it. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Type of the parent; empty for one without. */
  readonly parent: string;
  /** Types of the aliases. */
  readonly aliases: readonly string[];
  /** URNs of the resources it depends on. */
  readonly dependencies: readonly string[];
  /** URN of the resource whose deletion is its own; empty for one without. */
  readonly deletedWith: string;
  /** Outputs that are secret whatever they come from. */
  readonly secretOutputs: readonly string[];
  /** Inputs whose changes are left alone. */
  readonly ignored: readonly string[];
  /** What the component gave to `registerOutputs`, once it has. */
  outputs?: Record<string, unknown>;
}

type Callback = (error: unknown, response: unknown) => void;

interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: Callback): Promise<void>;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: Callback): void;
}

const declared: Declared[] = [];

void pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      const { metadata } = inputs as { metadata?: object };
      return {
        id: `${name}-id`,
        state: {
          ...(inputs as object),
          metadata: { ...metadata, uid: `uid of ${type} ${name}`, resourceVersion: "7" },
        },
      };
    },
    call: () => ({}),
  },
  "oda-api",
  "components.r1-catalog-api",
);
record(pulumi.runtime.getMonitor() as unknown as Monitor);

/** Notes what the engine is asked for; the mocks alone are told neither parents, aliases nor outputs. */
function record(monitor: Monitor): void {
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, callback) => {
    declared.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      parent: typeOf(request.getParent()),
      aliases: request.getAliasesList().map((alias) => alias.getSpec()?.getType() ?? ""),
      dependencies: request.getDependenciesList(),
      deletedWith: request.getDeletedwith(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      ignored: request.getIgnorechangesList(),
    });
    return register(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const resource = declared.find(({ type }) => type === typeOf(request.getUrn()));
    if (resource !== undefined) resource.outputs = request.getOutputs()?.toJavaScript() ?? {};
    registerOutputs(request, callback);
  };
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** What a program made and what the engine was asked for. */
export interface Run<Result> {
  readonly result: Result;
  readonly resources: readonly Declared[];
}

/** Runs a program to its end. */
export async function run<Result>(program: () => Result): Promise<Run<Result>> {
  declared.length = 0;
  const result = program();
  await pulumi.runtime.disconnect();
  return { result, resources: [...declared] };
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** The one resource of a type. */
export function only(resources: readonly Declared[], type: string): Declared {
  const [found, ...others] = resources.filter((resource) => resource.type === type);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} or no ${type}`);
  return found;
}

/** Kinds of what a resource depends on: the last parts of their types. */
export function dependenciesOf({ dependencies }: Declared): readonly string[] {
  return dependencies.map((urn) => typeOf(urn).split(":").at(-1) ?? "");
}
