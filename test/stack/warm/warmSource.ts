import assert from "node:assert/strict";
import { EngineGone, type EngineLease } from "../../../stack/address";
import { type EngineProcessEvent } from "../../../stack/engine";
import { call } from "../../../stack/warm/client";
import { type WarmAddress } from "../../../stack/warm/command";
import { WarmSource, type WarmSourceOptions } from "../../../stack/warm/supervisor";
import { eventually } from "../../support/eventually";
import { useTempDir } from "../../support/tempDir";
import { scriptedEngine, type ScriptedEngine } from "./scriptedEngine";

export const DEADLINE = 60_000;
export const GRACE = 10_000;

/** Milliseconds that a busy machine may take to start or end a process. */
export const PATIENCE = 30_000;

export type WarmLease = EngineLease & { readonly address: WarmAddress };

/** A source of scripted engines, and what it tells. */
export class SourceFixture {
  readonly events: EngineProcessEvent[] = [];
  readonly lines: string[] = [];
  readonly engine: ScriptedEngine;
  source: WarmSource;

  constructor(readonly dir: string) {
    this.engine = scriptedEngine(dir);
    this.source = this.create();
  }

  /** Another source in place of the one there is, which has done nothing yet. */
  create(more: Partial<WarmSourceOptions> = {}): WarmSource {
    this.source = new WarmSource({
      command: this.engine.command,
      stateDir: this.dir,
      backend: { url: "file:///state", secretsProvider: "passphrase" },
      deadline: DEADLINE,
      grace: GRACE,
      onEngine: (event) => this.events.push(event),
      onLine: (line) => this.lines.push(line),
      ...more,
    });
    return this.source;
  }

  /** A lease of a warm engine. */
  async lease(): Promise<WarmLease> {
    const lease = await this.source.lease();
    const { address } = lease;
    assert.ok(address.kind === "warm");
    return {
      address,
      release: (end) => {
        lease.release(end);
      },
    };
  }

  /** Names of the events so far. */
  get told(): readonly string[] {
    return this.events.map(({ event }) => event);
  }

  /** Waits until an event was told. */
  hears(event: EngineProcessEvent["event"]): Promise<EngineProcessEvent> {
    const find = (): EngineProcessEvent | undefined => this.events.find((told) => told.event === event);
    return eventually(`${event} is told`, find, PATIENCE);
  }

  /** Has a run crash its engine, as whoever ran it sees it. */
  async crash(): Promise<void> {
    this.engine.follow({ crash: "panic: no" });
    const lease = await this.lease();
    await assert.rejects(run(lease.address), EngineGone);
    lease.release("gone");
    await eventually("the crash is told", () => this.events.at(-1)?.event === "crashed", PATIENCE);
    this.engine.follow({});
  }
}

/** Makes a fixture for each test of the suite it is called in, and closes its source. */
export function useWarmSource(): () => SourceFixture {
  const dir = useTempDir();
  let fixture: SourceFixture;
  beforeEach(() => {
    fixture = new SourceFixture(dir());
  });
  afterEach(async () => {
    await fixture.source.close();
  });
  return () => fixture;
}

/** Has an engine do something. */
export function run({ socket }: WarmAddress): Promise<unknown> {
  return call(socket, "up", { workDir: "/work", stack: "components.a" });
}
