// One stack of a soak: its runs, and what is known of it.
import { defaultIstioSettings } from "../../../components";
import { parseExposedApi } from "../../../spec";
import {
  EngineError,
  stackName,
  TransientError,
  type Engine,
  type ProgramInput,
  type TransientReason,
} from "../../../stack";
import { exposedApi } from "../apis";
import { NAMESPACE } from "../installation";
import { type Declared, type Fault, type PlannedRun } from "./plan";

/** A port that the API server accepts in no VirtualService. */
const REFUSED_PORT = -1;

/** What a run that is made to fail must fail with: a reason, or words of an `EngineError`. */
const EXPECTED: Readonly<Record<Fault, TransientReason | RegExp>> = {
  refused: "Rejected",
  throws: /TypeError/,
};

/** One stack of a soak. */
export class SoakStack {
  /** What the cluster must hold for it. */
  declared: Declared | undefined;
  /** Whether a run has made the stack since it was last deleted. */
  exists = false;
  /** Of the object that stands for the API. */
  private uid: string | undefined;
  /** A run of it was given up, so that nobody knows what it must have. */
  givenUp = false;

  constructor(readonly name: string) {}

  /** Name of the stack in the state. */
  get stack(): string {
    return stackName({ namespace: NAMESPACE, name: this.name });
  }

  /**
   * Performs a run. Gives the uid of the object that stands for the API, where it declares one.
   *
   * @throws the errors of an engine
   */
  async perform(engine: Engine, { declares, fault }: PlannedRun): Promise<string | undefined> {
    const target = { kind: "ExposedAPI", stack: this.stack } as const;
    if (declares === undefined) {
      await engine.destroy(target);
      return undefined;
    }
    return (await engine.up({ ...target, input: this.input(declares, fault), known: this.exists })).uid;
  }

  /** Whether a run that gave this uid has made another object in place of the one that the run before had left. */
  hasReplaced({ declares }: PlannedRun, uid: string | undefined): boolean {
    const same = declares !== undefined && this.declared?.metrics === declares.metrics;
    return same && this.uid !== undefined && this.uid !== uid;
  }

  /** A run has succeeded. */
  succeeded({ declares }: PlannedRun, uid: string | undefined): void {
    this.declared = declares;
    this.exists = declares !== undefined;
    this.uid = uid;
  }

  /** A run has failed: what was declared before stays as it is. */
  failed(): void {
    this.exists = true;
  }

  private input(declares: Declared, fault: Fault | undefined): ProgramInput {
    const { spec, ...object } = exposedApi(this.name, NAMESPACE);
    const api = parseExposedApi({
      ...object,
      kind: "ExposedAPI",
      spec: {
        ...(spec as object),
        apiType: declares.metrics ? "prometheus" : "openapi",
        path: pathOf(this.name, declares),
      },
    });
    const gateway = defaultIstioSettings;
    switch (fault) {
      case undefined:
        return { api, settings: { gateway } };
      case "refused":
        return { api: { ...api, port: REFUSED_PORT }, settings: { gateway } };
      case "throws":
        // No gateway is of this type, so there is nothing that could be called.
        return { api, settings: { gateway: { ...gateway, type: "none" as "istio" } } };
    }
  }
}

/** The path under which an API is served. */
export function pathOf(name: string, { version }: Declared): string {
  return `/${name}/v${version}`;
}

/** Whether a run that was made to fail has failed as it should. */
export function isExpected(fault: Fault, error: unknown): boolean {
  const expected = EXPECTED[fault];
  return expected instanceof RegExp
    ? error instanceof EngineError && expected.test(error.message)
    : error instanceof TransientError && error.reason === expected;
}
