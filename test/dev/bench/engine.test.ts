import assert from "node:assert/strict";
import { targets } from "../../../dev/bench/engine";
import { type EngineFigures } from "../../../dev/bench/engineFigures";
import { engineTable } from "../../../dev/bench/engineTable";

function figures(engine: string, milliseconds: number, perSecond: number, cpu: number): EngineFigures {
  const times = { p50: milliseconds, p95: 2 * milliseconds };
  return {
    engine,
    first_create_to_url_ms: 3 * milliseconds,
    create_to_url_ms: times,
    update_to_url_ms: times,
    delete_ms: times,
    burst: 10,
    burst_per_s: perSecond,
    burst_delete_per_s: perSecond,
    cpu_s_per_api: cpu,
    cpu_s_per_api_by_role: { watcher: cpu },
    cluster_cpu_s_per_api: 0.02,
    bench_cpu_s_per_api: 0.01,
    memory_mb: { watcher: 100, engine: 50 },
    requests_per_api: { "PATCH exposedapis": 2 },
  };
}

const warm = figures("warm", 60, 25, 0.08);
const cli = figures("cli", 900, 2, 0.9);
const plain = figures("plain", 2700, 0.8, 2.3);

function met(engines: Parameters<typeof targets>[0]): Record<string, boolean> {
  return Object.fromEntries(targets(engines).map((target) => [target.key, target.met]));
}

describe("figures of the engines", () => {
  it("are judged: the warm engine beside the CLI engine, that one beside the plain Automation API", () => {
    assert.deepEqual(met({ warm, cli, plain }), {
      create: true,
      update: true,
      warm_create: true,
      warm_create_ms: true,
      warm_burst: true,
      warm_cpu: true,
    });
    assert.deepEqual(met({ warm: figures("warm", 100, 19, 0.1), cli, plain: cli }), {
      create: false,
      update: false,
      warm_create: false,
      warm_create_ms: false,
      warm_burst: false,
      warm_cpu: false,
    });
  });

  it("make no promise of a warm engine that was not measured", () => {
    assert.deepEqual(met({ cli, plain }), { create: true, update: true });
  });

  it("stand beside each other, with how many times better the warm engine is", () => {
    const table = engineTable({ warm, cli, plain }, {});
    assert.match(table[0]!, /^engine +warm +cli +plain +cli : warm$/);
    assert.ok(table.some((line) => /^create → URL p50, ms +60 +900 +2700 +15\.0$/.test(line)));
    assert.ok(table.some((line) => /^burst, new APIs a second +25 +2 +0\.8 +12\.5$/.test(line)));
  });
});
