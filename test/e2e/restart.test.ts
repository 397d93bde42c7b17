import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "./support/cluster";
import { conditionOf, hasStack, routeOf, untilApplied, untilCondition } from "./support/expect";
import { exposedApi } from "./support/manifests";
import { until } from "../../dev/until";

/** Moments at which the watcher is killed. */
const KILLS = 20;

describe("A watcher that is started again", function () {
  this.timeout(300_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start({});
  });

  after(async () => {
    await cluster.stop();
  });

  it("runs no engine over unchanged objects", async () => {
    const first = await cluster.startWatcher().ready();
    const names = ["one", "two", "three"];
    for (const name of names) await cluster.create(exposedApi(name));
    for (const name of names) await untilApplied(cluster, name, `/${name}/v4`);
    assert.equal(await first.stop(), 0);

    const versions = async (): Promise<unknown[]> =>
      (await cluster.list("ExposedAPI")).map(({ metadata }) => metadata.resourceVersion);
    const before = await versions();
    const second = await cluster.startWatcher().ready();
    await until("every object was looked at", async () => {
      return (await second.metric("oda_reconcile_total")) >= names.length;
    });
    assert.equal(await second.runs(), 0);
    assert.equal(await second.metric("oda_engine_processes_total"), 0);
    assert.equal(await second.metric("oda_status_writes_total"), 0);
    assert.deepEqual(await versions(), before);
    assert.equal(await second.stop(), 0);
  });

  it("finishes the runs under way before it stops", async () => {
    const watcher = await cluster.startWatcher().ready();
    await cluster.create(exposedApi("late"));
    await until("the run has begun", async () => (await watcher.metric("oda_engine_processes_total")) > 0);
    assert.equal(await watcher.stop(), 0);
    const object = await cluster.get("ExposedAPI", "late");
    assert.equal(conditionOf(object, "Reconciled")?.status, "True");
  });

  it(`converges after each of ${KILLS} kills at random moments of a run`, async () => {
    let last: { readonly name: string; readonly path: string } | undefined;
    let hits = 0;
    const converged = async (): Promise<void> => {
      if (last === undefined) return;
      await untilApplied(cluster, last.name, last.path);
      const route = routeOf(await cluster.get("VirtualService", last.name)) as { prefix: string };
      assert.equal(route.prefix, last.path);
      assert.ok(hasStack(cluster, last.name));
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const watcher = await cluster.startWatcher().ready();
      await converged();
      const name = `survivor-${kill % 5}`;
      const path = `/survivor/${kill}`;
      // The first five kills meet a new stack, the others an existing one.
      if (kill < 5) await cluster.create(exposedApi(name, { path }));
      else await cluster.patch("ExposedAPI", name, { spec: { path } });
      last = { name, path };
      await sleep(Math.random() * 1500);
      if (engineProcesses(cluster.stateDir).length > 0) hits += 1;
      await watcher.kill();
      // Every other time the engine dies too, as it does with the watcher's container.
      if (kill % 2 === 0) killAll(engineProcesses(cluster.stateDir));
    }
    const watcher = await cluster.startWatcher().ready();
    await converged();
    const routes = await cluster.list("VirtualService");
    assert.equal(routes.filter(({ metadata }) => metadata.name.startsWith("survivor")).length, 5);
    assert.ok(hits > 0, "no kill met a run under way");
    assert.equal(await watcher.stop(), 0);
    assert.deepEqual(engineProcesses(cluster.stateDir), []);
  });

  it("takes over the lock of a run that died with it, and of no other", async () => {
    let watcher = await cluster.startWatcher().ready();
    await cluster.create(exposedApi("locked", { path: "/locked/0" }));
    await untilApplied(cluster, "locked", "/locked/0");

    let path = "";
    // A run may end between the moment its lock is seen and its death: then there is nothing to take over.
    for (let attempt = 1; locksOf(cluster, "locked").length === 0 && attempt <= 5; attempt += 1) {
      path = `/locked/${attempt}`;
      await cluster.patch("ExposedAPI", "locked", { spec: { path } });
      await until("the run holds its lock", () => locksOf(cluster, "locked").length > 0);
      killAll(engineProcesses(cluster.stateDir));
      await watcher.kill();
      if (locksOf(cluster, "locked").length === 0) watcher = await cluster.startWatcher().ready();
    }
    assert.equal(locksOf(cluster, "locked").length, 1);

    const next = await cluster.startWatcher().ready();
    await untilApplied(cluster, "locked", path);
    assert.equal(await next.metric("oda_engine_processes_total", { operation: "cancel" }), 1);

    const stranger = join(lockDir(cluster, "locked"), "stranger.json");
    writeFileSync(
      stranger,
      JSON.stringify({
        pid: 1,
        username: "someone",
        hostname: "elsewhere",
        timestamp: new Date().toISOString(),
      }),
    );
    await cluster.patch("ExposedAPI", "locked", { spec: { path: "/locked/last" } });
    const waiting = await untilCondition(cluster, "locked", "Reconciled", "StackLocked");
    assert.match(conditionOf(waiting, "Reconciled")?.message ?? "", /someone@elsewhere \(pid 1\)/);
    assert.ok(existsSync(stranger));
    rmSync(stranger);
    await untilApplied(cluster, "locked", "/locked/last");
    assert.equal(await next.metric("oda_engine_processes_total", { operation: "cancel" }), 1);
  });
});

function lockDir(cluster: Cluster, name: string): string {
  return join(cluster.stateDir, "state", ".pulumi", "locks", "organization", "oda-api", `components.${name}`);
}

function locksOf(cluster: Cluster, name: string): string[] {
  const dir = lockDir(cluster, name);
  return existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith(".json")) : [];
}

/** Pids of the engine processes of an installation: its folder stands in their environment. */
function engineProcesses(stateDir: string): number[] {
  const listed = execFileSync("ps", ["axeww"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return listed
    .split("\n")
    .filter((line) => line.includes(`PULUMI_BACKEND_URL=file://${stateDir}`))
    .map((line) => Number.parseInt(line, 10));
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Ended meanwhile.
    }
  }
}
