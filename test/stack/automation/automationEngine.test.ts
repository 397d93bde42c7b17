import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { defaultIstioSettings } from "../../../components";
import { SemVer } from "semver";
import { EngineError, StackLockedError, TransientError, type StackRun } from "../../../stack";
import { AutomationEngine } from "../../../stack/automation/automationEngine";
import { CliCommand } from "../../../stack/cli/command";
import { RunJournal } from "../../../stack/cli/journal";
import { parse } from "../../spec/examples";
import { useTempDir } from "../../support/tempDir";
import { failing, fakePulumi, type FakePulumi } from "../cli/fakePulumi";
import { failedUpdate, gaveBackToNothing, locked } from "../engineOutput";

const STACK = "components.r1-catalog-api";
const target = { kind: "ExposedAPI", stack: STACK } as const;
const run: StackRun = {
  ...target,
  known: true,
  input: { api: parse(), settings: { gateway: defaultIstioSettings } },
};
const missing = failing(`error: no stack named '${STACK}' found`);

describe("AutomationEngine", () => {
  const dir = useTempDir();
  let pulumi: FakePulumi;
  let operations: string[];

  beforeEach(() => {
    pulumi = fakePulumi(dir());
    operations = [];
  });

  function create(): AutomationEngine {
    const journal = new RunJournal(join(dir(), "runs"), 70_000);
    const command = new CliCommand({
      command: pulumi.command,
      version: new SemVer("3.246.0"),
      journal,
      deadline: 60_000,
      grace: 10_000,
      onProcess: (operation) => operations.push(operation),
    });
    return new AutomationEngine({
      command,
      journal,
      stateDir: dir(),
      backend: { url: "file:///state", secretsProvider: "passphrase", passphrase: "secret" },
    });
  }

  /** Has a run leave its lock behind, as one that is killed does. Returns the holder as the backend tells it. */
  async function leaveLock(engine: AutomationEngine): Promise<string> {
    pulumi.next("refresh", "kill -KILL $$");
    await assert.rejects(engine.refresh(run), { reason: "EngineStopped" });
    const [entry = ""] = readdirSync(join(dir(), "runs"));
    const pid = /\.(\d+)\.json$/.exec(entry)?.[1] ?? "";
    operations.length = 0;
    return `root@${hostname()} (pid ${pid}) at 2026-11-21T09:00:00Z`;
  }

  it("works on a stack that is known in one process", async () => {
    await create().refresh(run);

    assert.deepEqual(operations, ["refresh"]);
    assert.match(
      pulumi.calls().join(),
      new RegExp(`^refresh .*--yes .*--stack ${STACK}.*--non-interactive$`),
    );
  });

  it("creates a stack that is new first, with the secrets provider of the backend", async () => {
    await create().refresh({ ...run, known: false });

    assert.deepEqual(operations, ["init", "refresh"]);
    assert.match(pulumi.calls()[0] ?? "", /^stack init .*--secrets-provider passphrase/);
  });

  it("creates a stack that was thought to exist, and repeats the work", async () => {
    pulumi.next("refresh", missing);

    await create().refresh(run);

    assert.deepEqual(operations, ["refresh", "init", "refresh"]);
  });

  it("works on a stack that exists although it was thought to be new", async () => {
    pulumi.next("stack-init", failing(`error: stack 'organization/oda-api/${STACK}' already exists`));

    await create().refresh({ ...run, known: false });

    assert.deepEqual(operations, ["init", "refresh"]);
  });

  it("destroys a stack and removes it in one process", async () => {
    await create().destroy(target);

    assert.deepEqual(operations, ["destroy"]);
    assert.match(pulumi.calls().join(), /^destroy .*--remove/);
  });

  it("takes a stack that does not exist for destroyed", async () => {
    pulumi.next("destroy", missing);

    await create().destroy(target);

    assert.deepEqual(operations, ["destroy"]);
  });

  describe("where a run was cut off after it had removed its stack", () => {
    it("takes the stack for destroyed, and leaves its lock alone", async () => {
      const engine = create();
      await leaveLock(engine);
      pulumi.next("destroy", missing);

      await engine.destroy(target);

      assert.deepEqual(operations, ["destroy"]);
    });

    it("creates the stack anew over its lock", async () => {
      const engine = create();
      pulumi.next("stack-init", failing(locked(await leaveLock(engine))));

      await engine.refresh({ ...run, known: false });

      assert.deepEqual(operations, ["init", "cancel", "init", "refresh"]);
      assert.deepEqual(readdirSync(join(dir(), "runs")), []);
    });

    it("tells who holds the lock where the engine releases none of a stack that is gone", async () => {
      const engine = create();
      pulumi.next("stack-init", failing(locked(await leaveLock(engine))));
      pulumi.next("cancel", missing);

      await assert.rejects(engine.refresh({ ...run, known: false }), StackLockedError);

      assert.deepEqual(operations, ["init", "cancel"]);
    });
  });

  it("forgets by a refresh what it should give back to a workload that is gone, and repeats the work", async () => {
    pulumi.next("destroy", failing(failedUpdate(gaveBackToNothing)));
    pulumi.next("up", failing(failedUpdate(gaveBackToNothing)));
    const engine = create();

    await engine.destroy(target);
    await assert.rejects(engine.up(run), EngineError, "the stand-in runs no program, so it gives no outputs");

    assert.deepEqual(operations, ["destroy", "destroy", "up", "up"]);
    assert.deepEqual(
      pulumi.calls().map((call) => call.includes("--refresh")),
      [false, true, false, true],
    );
  });

  it("does not refresh twice", async () => {
    pulumi.next("up", failing(failedUpdate(gaveBackToNothing)));

    await assert.rejects(create().up(run, { refresh: true }), { reason: "WorkloadMissing" });

    assert.deepEqual(operations, ["up"]);
  });

  it("takes fields of others only in a run that is to", async () => {
    const engine = create();
    for (const file of ["first", "second", "third"]) {
      pulumi.next("up", `echo "$PULUMI_K8S_ENABLE_PATCH_FORCE" > ${file}; exit 1`);
    }

    for (const options of [{ force: true }, {}, { force: true, refresh: true }]) {
      await assert.rejects(engine.up(run, options));
    }

    const forced = ["first", "second", "third"].map((file) => readFileSync(join(dir(), file), "utf8").trim());
    assert.deepEqual(forced, ["true", "false", "true"]);
  });

  it("tells a destroy that failed", async () => {
    pulumi.next("destroy", failing("error: configured Kubernetes cluster is unreachable"));

    await assert.rejects(create().destroy(target), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "ApiServerUnavailable");
      return true;
    });
  });

  it("releases a lock that a run of this installation left, and repeats the work", async () => {
    const engine = create();
    const holder = await leaveLock(engine);
    pulumi.next("refresh", failing(locked(holder)));

    await engine.refresh(run);

    assert.deepEqual(operations, ["refresh", "cancel", "refresh"]);
    assert.match(pulumi.calls().at(-2) ?? "", new RegExp(`^cancel --yes --stack ${STACK}`));
    assert.deepEqual(readdirSync(join(dir(), "runs")), []);
  });

  it("does so for a destroy too", async () => {
    const engine = create();
    pulumi.next("destroy", failing(locked(await leaveLock(engine))));

    await engine.destroy(target);

    assert.deepEqual(operations, ["destroy", "cancel", "destroy"]);
  });

  it("leaves a lock alone that a stranger holds, alone or beside a run of its own", async () => {
    const engine = create();
    const own = await leaveLock(engine);
    const stranger = "ci@build-7 (pid 42) at 2026-11-21T09:00:00Z";
    pulumi.next("refresh", failing(locked(stranger)));
    pulumi.next("refresh", failing(locked(own, stranger)));

    await assert.rejects(engine.refresh(run), StackLockedError);
    await assert.rejects(engine.refresh(run), StackLockedError);

    assert.deepEqual(operations, ["refresh", "refresh"]);
  });

  it("leaves a lock alone whose holder the backend does not name", async () => {
    pulumi.next("refresh", failing("error: [409] Conflict: Another update is currently in progress."));

    await assert.rejects(create().refresh(run), StackLockedError);

    assert.deepEqual(operations, ["refresh"]);
  });

  it("does not take a run for a success that gave no outputs", async () => {
    await assert.rejects(create().up(run), EngineError);
  });

  it("keeps the stacks of the older kind in a project of their own", async () => {
    pulumi.next("refresh", 'basename "$OLDPWD" > project');

    await create().refresh({ ...run, kind: "API" });

    assert.equal(readFileSync(join(dir(), "project"), "utf8"), "oda-api-legacy\n");
  });

  it("hands the backend and its passphrase to the CLI by the environment, not the command line", async () => {
    pulumi.next("refresh", '[ "$PULUMI_BACKEND_URL $PULUMI_CONFIG_PASSPHRASE" = "file:///state secret" ]');

    await create().refresh(run);

    assert.doesNotMatch(pulumi.calls().join(), /secret\b(?!s)/);
  });

  it("does not write the project again that is as it should be, which other processes may be reading", async () => {
    await create().refresh(run);
    const project = join(dir(), "work", "oda-api", "Pulumi.yaml");
    const before = statSync(project).ino;

    await create().refresh(run);

    assert.equal(statSync(project).ino, before);
    assert.match(readFileSync(project, "utf8"), /^name: oda-api\nruntime: nodejs\nmain: /);
  });
});
