import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { SemVer } from "semver";
import { CliCommand } from "../../../stack/cli/command";
import { RunJournal } from "../../../stack/cli/journal";
import { EngineError, TransientError } from "../../../stack";
import { useClock } from "../../support/clock";
import { written } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";
import { failing, fakePulumi, type FakePulumi } from "./fakePulumi";

const STACK = "components.r1-catalog-api";
const UP = ["up", "--yes", "--stack", STACK] as const;
const DEADLINE = 60_000;
const GRACE = 10_000;

describe("CliCommand", () => {
  const dir = useTempDir();
  const clock = useClock();
  let pulumi: FakePulumi;
  let operations: string[];

  beforeEach(() => {
    pulumi = fakePulumi(dir());
    operations = [];
  });

  function command(path = pulumi.command): CliCommand {
    return new CliCommand({
      command: path,
      version: new SemVer("3.246.0"),
      journal: new RunJournal(join(dir(), "runs"), DEADLINE + GRACE),
      deadline: DEADLINE,
      grace: GRACE,
      onProcess: (operation) => operations.push(operation),
    });
  }
  /** Name of a stack's entry in the journal. */
  const entryOf = (stack: string) => new RegExp(`^${basename(dir())}\\.${stack}\\.\\d+\\.json$`);
  const journalled = () => readdirSync(join(dir(), "runs"));

  it("answers what the program itself has given already, without a process", async () => {
    const answers = await Promise.all(
      [
        ["stack", "select", "--stack", STACK],
        ["stack", "output", "--json", "--stack", STACK],
        ["stack", "output", "--json", "--show-secrets", "--stack", STACK],
        ["stack", "history", "--json", "--stack", STACK],
        ["stack", "rm", "--yes", STACK],
      ].map((args) => command().run(args, dir(), {})),
    );

    assert.deepEqual(
      answers.map(({ stdout }) => stdout),
      ["", "{}", "{}", "[]", ""],
    );
    assert.deepEqual(operations, []);
    assert.deepEqual(pulumi.calls(), []);
  });

  it("runs everything else as one process, counts it and gives back what it prints", async () => {
    pulumi.next("up", "echo done; echo aside >&2");

    assert.deepEqual(await command().run(UP, dir(), {}), { stdout: "done\n", stderr: "aside\n", code: 0 });
    assert.deepEqual(operations, ["up"]);
    assert.deepEqual(pulumi.calls(), [`up --yes --stack ${STACK} --non-interactive`]);
  });

  it("creates a stack without selecting it, and counts that as init", async () => {
    await command().run(["stack", "init", STACK], dir(), {});

    assert.deepEqual(operations, ["init"]);
    assert.deepEqual(pulumi.calls(), [`stack init ${STACK} --no-select --non-interactive`]);
  });

  it("has destroy remove the stack too", async () => {
    await command().run(["destroy", "--yes", "--stack", STACK], dir(), {});

    assert.deepEqual(pulumi.calls(), [`destroy --yes --stack ${STACK} --remove --non-interactive`]);
  });

  it("finds the plugins that lie beside the CLI, and hands on the environment", async () => {
    pulumi.next("up", 'echo "$PULUMI_BACKEND_URL ${PATH%%:*} $PULUMI_AUTOMATION_API"');

    const { stdout } = await command().run(UP, dir(), { PULUMI_BACKEND_URL: "file:///state" });

    assert.equal(stdout, `file:///state ${dir()} true\n`);
  });

  it("throws what the table says of the output", async () => {
    pulumi.next("up", failing("error: getting stack configuration: incorrect passphrase"));

    await assert.rejects(command().run(UP, dir(), {}), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "WrongPassphrase");
      assert.equal(error.message, "getting stack configuration: incorrect passphrase");
      return true;
    });
  });

  it("says so when the CLI is missing", async () => {
    await assert.rejects(command(join(dir(), "missing")).run(UP, dir(), {}), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "EngineMissing");
      assert.match(error.message, /^cannot run .*missing: .*ENOENT/);
      return true;
    });
  });

  it("keeps a run in the journal while it is under way", async () => {
    pulumi.next("up", "echo > ready; while [ ! -f go ]; do sleep 0.02; done");
    const running = command().run(UP, dir(), {});
    await written(join(dir(), "ready"));

    assert.match(journalled().join(), entryOf(STACK));
    pulumi.next("stack-init", "echo > go");
    await command().run(["stack", "init", "components.other"], dir(), {});
    await running;

    assert.deepEqual(journalled(), []);
  });

  it("forgets a run that failed by itself: the CLI gives its lock back", async () => {
    pulumi.next("up", failing("error: update failed"));

    await assert.rejects(command().run(UP, dir(), {}));

    assert.deepEqual(journalled(), []);
  });

  it("keeps a run that was killed, which may have left its lock", async () => {
    pulumi.next("up", "kill -KILL $$");

    await assert.rejects(command().run(UP, dir(), {}), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "EngineStopped");
      assert.equal(error.message, "the engine process was ended by SIGKILL");
      return true;
    });
    assert.match(journalled().join(), entryOf(STACK));
  });

  it("keeps a run that crashed, which may have left its lock", async () => {
    pulumi.next("up", "echo 'panic: runtime error' >&2; exit 2");

    await assert.rejects(command().run(UP, dir(), {}));

    assert.match(journalled().join(), entryOf(STACK));
  });

  for (const code of [1, 3, 255]) {
    it(`forgets a run that ended with code ${code}`, async () => {
      pulumi.next("up", `exit ${code}`);

      await assert.rejects(command().run(UP, dir(), {}));

      assert.deepEqual(journalled(), []);
    });
  }

  describe("after a run that was killed", () => {
    beforeEach(async () => {
      pulumi.next("up", "kill -KILL $$");
      await assert.rejects(command().run(UP, dir(), {}));
    });

    for (const args of [
      ["preview", "--stack", STACK],
      ["stack", "init", STACK],
    ]) {
      it(`keeps it over ${args.slice(0, -1).join(" ")}, which does not look for its lock`, async () => {
        await command().run(args, dir(), {});

        assert.match(journalled().join(), entryOf(STACK));
      });
    }

    for (const operation of ["up", "refresh", "destroy", "cancel"]) {
      it(`forgets it once ${operation} was let in`, async () => {
        await command().run([operation, "--yes", "--stack", STACK], dir(), {});

        assert.deepEqual(journalled(), []);
      });
    }

    it("keeps it when the stack of that name in another project is let in", async () => {
      const other = join(dir(), "other");
      mkdirSync(other);
      await command().run(UP, other, {});

      assert.match(journalled().join(), entryOf(STACK));
    });
  });

  it("lets nothing run that cannot be told by the journal, and does not call that a missing engine", async () => {
    const runner = command();
    rmSync(join(dir(), "runs"), { recursive: true });
    pulumi.next("up", "exec sleep 600");

    await assert.rejects(runner.run(UP, dir(), {}), (error) => {
      assert.ok(error instanceof EngineError);
      assert.match(error.message, /^cannot keep the journal of runs: .*ENOENT/);
      return true;
    });
  });

  it("stops a run whose deadline has passed, and says how long that was", async () => {
    pulumi.next("up", "trap 'exit 255' INT; echo > ready; while :; do sleep 0.02; done");
    const running = assert.rejects(command().run(UP, dir(), {}), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "DeadlineExceeded");
      assert.equal(error.message, "the engine run was stopped after 60 s");
      return true;
    });
    await written(join(dir(), "ready"));

    await clock.advance(DEADLINE);

    await running;
    assert.deepEqual(journalled(), []);
  });
});
