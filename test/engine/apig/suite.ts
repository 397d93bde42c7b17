// The same tests with each engine, against a WhaleCloud API gateway on loopback.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewaySettings } from "../../../components";
import { ensureToolchain, withEngines } from "../../../dev/toolchain";
import {
  createEngine,
  stackName,
  type Engine,
  type EngineName,
  type PreviewStep,
  type RunOutputs,
  type StackRun,
} from "../../../stack";
import { parse, type Json } from "../../spec/examples";
import { FakeApig, type Key } from "../../support/apig/fakeApig";
import { removeFolder } from "../../support/removeFolder";

/** What a test works with. */
export interface World {
  readonly fake: FakeApig;
  readonly engine: ApigEngine;
}

/** What of an API and of the gateway differs from the examples. */
export interface Changes {
  readonly spec?: Json;
  readonly gateway?: Partial<Extract<GatewaySettings, { type: "whalecloud-apig" }>>;
}

/** An engine, and the stacks of APIs in it. */
export class ApigEngine {
  constructor(
    private readonly engine: Engine,
    private readonly stateDir: string,
    private readonly fake: () => FakeApig,
  ) {}

  up(name: string, changes: Changes = {}, refresh = false): Promise<RunOutputs> {
    return this.engine.up(this.run(name, changes), { refresh });
  }

  preview(name: string, changes: Changes = {}): Promise<readonly PreviewStep[]> {
    return this.engine.preview(this.run(name, changes));
  }

  destroy(name: string): Promise<void> {
    return this.engine.destroy({ kind: "ExposedAPI", stack: stackName({ namespace: "components", name }) });
  }

  /** The state file of an API, as it lies on the disk. */
  state(name: string): string {
    const stack = stackName({ namespace: "components", name });
    return readFileSync(join(this.stateDir, ".pulumi", "stacks", "oda-api", `${stack}.json`), "utf8");
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  private run(name: string, { spec, gateway }: Changes): StackRun {
    const specification = [{ url: `https://example.com/${name}.json` }];
    const api = parse({ path: `/${name}`, specification, ...spec }, { name });
    const settings = {
      gateway: {
        type: "whalecloud-apig",
        endpoint: this.fake().endpoint,
        mock: false,
        timeout: 5,
        ...gateway,
      } as const,
    };
    return { kind: "ExposedAPI", stack: stackName(api), known: true, input: { api, settings } };
  }
}

/** Describes `what` with the CLI and with the warm engine, where that could be built. No cluster is needed. */
export function describeWithEngines(
  what: string,
  tests: (world: () => World, engine: EngineName) => void,
  key?: Key,
): void {
  for (const choice of ["cli", "warm"] as const) {
    describe(`${what} (${choice} engine)`, function () {
      this.timeout(60_000);
      let dir: string;
      let fake: FakeApig;
      let engine: ApigEngine | undefined;
      let restore: () => void = () => undefined;

      before(async function () {
        dir = mkdtempSync(join(tmpdir(), "oda-api-apig-"));
        const started = await startEngine(choice, dir);
        if (started === undefined) {
          this.skip();
          return;
        }
        engine = new ApigEngine(started.engine, dir, () => fake);
        restore = started.restore;
      });
      beforeEach(async () => {
        fake = await FakeApig.start(key);
      });
      afterEach(() => fake.stop());
      after(async () => {
        await engine?.close();
        restore();
        await removeFolder(dir);
      });

      tests(() => ({ fake, engine: engine! }), choice);
    });
  }
}

async function startEngine(
  choice: EngineName,
  stateDir: string,
): Promise<{ readonly engine: Engine; readonly restore: () => void } | undefined> {
  const toolchain = await ensureToolchain();
  const warmEngine = process.env["ODA_WARM_ENGINE"] ?? toolchain.warmEngine;
  if (choice === "warm" && warmEngine === undefined) return undefined;
  const variables = { PATH: withEngines(toolchain, process.env["PATH"]), PULUMI_HOME: toolchain.pulumiHome };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  const engine = await createEngine({
    choice,
    warmEngine,
    stateDir,
    backend: { url: `file://${stateDir}`, secretsProvider: "passphrase", passphrase: "for this test" },
    deadline: 60_000,
    grace: 10_000,
    concurrency: 2,
  });
  const restore = (): void => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
  return { engine, restore };
}
