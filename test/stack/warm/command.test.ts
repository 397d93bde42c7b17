import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { EngineError, StackLockedError, TransientError } from "../../../stack";
import { EngineGone } from "../../../stack/address";
import { StackMissing } from "../../../stack/classify";
import { fieldConflict, locked } from "../engineOutput";
import { diagnostic, ROUTE } from "./events";
import { STACK, UP, useWarmCommand, type CommandFixture } from "./warmCommand";

/** A process that has ended. */
const ENDED = 2 ** 22 - 1;

describe("WarmCommand", () => {
  const fixture = useWarmCommand();
  let warm: CommandFixture;

  beforeEach(() => {
    warm = fixture();
  });

  it("is of the release that is in the engine", () => {
    assert.equal(warm.command().version.version, "3.246.0");
  });

  it("makes a request of each command, and counts it", async () => {
    const operations: string[] = [];
    const command = warm.command({ onProcess: (operation) => operations.push(operation) });
    await command.run(UP, warm.dir, { PULUMI_K8S_ENABLE_PATCH_FORCE: "true", PULUMI_BACKEND_URL: "x" });
    await command.run(["cancel", "--yes", "--stack", STACK], warm.dir, {});

    const common = { workDir: warm.dir, stack: STACK };
    const env = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };
    assert.deepEqual(warm.server.requests, [
      {
        operation: "up",
        body: { ...common, client: "127.0.0.1:5", events: ["diagnosticEvent", "resOpFailedEvent"], env },
      },
      { operation: "cancel", body: common },
    ]);
    assert.deepEqual(operations, ["up", "cancel"]);
  });

  it("creates a stack with its first run", async () => {
    const command = warm.command();
    const init = ["stack", "init", STACK, "--secrets-provider", "passphrase"];
    await command.run(init, warm.dir, {});
    assert.deepEqual(warm.server.requests, []);

    await command.run(UP, warm.dir, {});
    await command.run(UP, warm.dir, {});

    const first = { create: true, secretsProvider: "passphrase" };
    const up = {
      workDir: warm.dir,
      stack: STACK,
      client: "127.0.0.1:5",
      events: ["diagnosticEvent", "resOpFailedEvent"],
    };
    assert.deepEqual(
      warm.server.requests.map(({ body }) => body),
      [{ ...up, ...first }, up],
    );
  });

  it("creates a stack by itself where it stands for the CLI", async () => {
    const command = warm.command({ answersHere: false });
    await command.run(["stack", "init", STACK, "--secrets-provider", "passphrase"], warm.dir, {});

    const body = { workDir: warm.dir, stack: STACK, secretsProvider: "passphrase" };
    assert.deepEqual(warm.server.requests, [{ operation: "init", body }]);
  });

  it("has destroy remove the stack too", async () => {
    await warm.command().run(["destroy", "--yes", "--stack", STACK], warm.dir, {});

    const body = {
      workDir: warm.dir,
      stack: STACK,
      events: ["diagnosticEvent", "resOpFailedEvent"],
      remove: true,
    };
    assert.deepEqual(warm.server.requests[0]?.body, body);
  });

  it("gives what the run said", async () => {
    warm.server.on("up", (exchange) => {
      exchange.end({ event: diagnostic("warning", "hot") }, { result: { changes: {} } });
    });

    const { stdout, code } = await warm.command().run(UP, warm.dir, {});

    assert.equal(stdout, "Diagnostics:\n  pulumi:pulumi:Stack:\n    warning: hot\n\n");
    assert.equal(code, 0);
  });

  it("answers what the program itself has given already, without a request", async () => {
    const answers = await Promise.all(
      [
        ["stack", "select", "--stack", STACK],
        ["stack", "output", "--json", "--stack", STACK],
        ["stack", "history", "--json", "--page-size", "1", "--page", "1", "--stack", STACK],
        ["stack", "rm", "--yes", STACK],
      ].map((args) => warm.command().run(args, warm.dir, {})),
    );

    assert.deepEqual(
      answers.map(({ stdout }) => stdout),
      ["", "{}", "[]", ""],
    );
    assert.deepEqual(warm.server.requests, []);
  });

  describe("that answers nothing itself", () => {
    const plain = () => warm.command({ answersHere: false });

    it("asks the engine whether a stack is there, for its outputs and for its state", async () => {
      warm.server.on("outputs", (exchange) => {
        exchange.end({
          result: { outputs: { key: exchange.body["showSecrets"] === true ? "open" : "[secret]" } },
        });
      });
      warm.server.on("export", (exchange) => {
        exchange.end({ result: { deployment: { version: 3, deployment: {} } } });
      });
      const output = ["stack", "output", "--json", "--stack", STACK];

      await plain().run(["stack", "select", "--stack", STACK], warm.dir, {});
      const masked = await plain().run(output, warm.dir, {});
      const open = await plain().run([...output, "--show-secrets"], warm.dir, {});
      const state = await plain().run(["stack", "export", "--show-secrets", "--stack", STACK], warm.dir, {});
      await plain().run(["stack", "rm", "--yes", STACK], warm.dir, {});

      assert.deepEqual(
        [masked, open, state].map(({ stdout }) => JSON.parse(stdout) as unknown),
        [{ key: "[secret]" }, { key: "open" }, { version: 3, deployment: {} }],
      );
      assert.deepEqual(warm.server.operations, ["select", "outputs", "outputs", "export", "remove"]);
    });

    it("destroys without removing the stack", async () => {
      await plain().run(["destroy", "--yes", "--stack", STACK], warm.dir, {});

      assert.deepEqual(warm.server.requests[0]?.body, { workDir: warm.dir, stack: STACK });
    });

    it("knows no history", async () => {
      assert.equal((await plain().run(["stack", "history", "--json"], warm.dir, {})).stdout, "[]");
    });
  });

  it("throws what the table of the CLI's output says of a failed run", async () => {
    warm.server.on("up", (exchange) => {
      exchange.end(
        { event: diagnostic("error", fieldConflict.join("\n"), { urn: ROUTE }) },
        { error: { message: "update failed" } },
      );
    });

    await assert.rejects(warm.command().run(UP, warm.dir, {}), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "FieldConflict");
      assert.equal(error.message, fieldConflict.join(" "));
      return true;
    });
  });

  it("tells a stack that does not exist, and who holds the lock of one", async () => {
    const fail = (message: string): void => {
      warm.server.on("up", (exchange) => {
        exchange.end({ error: { message } });
      });
    };

    fail("no stack named 'components.a' found");
    await assert.rejects(warm.command().run(UP, warm.dir, {}), StackMissing);
    fail(locked("root@host-a (pid 17) at 2026-11-21T09:00:00Z").replace("error: ", ""));
    await assert.rejects(warm.command().run(UP, warm.dir, {}), (error) => {
      assert.ok(error instanceof StackLockedError);
      assert.equal(error.holders[0]?.pid, 17);
      return true;
    });
  });

  it("refuses arguments that the engine does not know", async () => {
    await assert.rejects(warm.command().run([...UP, "--target", "urn"], warm.dir, {}), EngineError);
    assert.deepEqual(warm.server.requests, []);
  });

  describe("in the journal", () => {
    it("keeps a run under the engine's process while it is under way", async () => {
      const held = warm.hold("up");
      const running = warm.command().run(UP, warm.dir, {});
      const exchange = await held;

      assert.deepEqual(warm.journalled(), [warm.entry]);
      exchange.end({ result: {} });
      await running;
      assert.deepEqual(warm.journalled(), []);
    });

    it("forgets a run that failed: the engine gives its lock back", async () => {
      warm.server.on("up", (exchange) => {
        exchange.end({ error: { message: "update failed" } });
      });

      await assert.rejects(warm.command().run(UP, warm.dir, {}));

      assert.deepEqual(warm.journalled(), []);
    });

    it("keeps a run whose engine went away, which may have left its lock", async () => {
      warm.server.on("up", (exchange) => {
        exchange.cut();
      });

      await assert.rejects(warm.command().run(UP, warm.dir, {}), EngineGone);

      assert.deepEqual(warm.journalled(), [warm.entry]);
    });

    for (const [operation, refusal] of [
      ["up", `another run of stack '${STACK}' is under way in this engine`],
      ["up", "the stack is currently locked by 1 lock(s)"],
      ["stack init", "the stack is currently locked by 1 lock(s)"],
      ["stack init", "could not list bucket"],
    ] as const) {
      it(`keeps a run that is still under way where ${operation} is refused: ${refusal}`, async () => {
        warm.journal.begin(warm.run, process.pid);
        warm.server.on("up", (exchange) => {
          exchange.end({ error: { message: refusal } });
        });
        const command = warm.command();
        if (operation === "stack init") await command.run(["stack", "init", STACK], warm.dir, {});

        await assert.rejects(command.run(UP, warm.dir, {}));

        assert.deepEqual(warm.journalled(), [warm.entry]);
      });
    }

    for (const args of [
      ["preview", "--stack", STACK],
      ["cancel", "--yes", "--stack", STACK],
    ]) {
      it(`keeps a run that is still under way over ${args[0]}, which has no lock of its own`, async () => {
        warm.journal.begin(warm.run, process.pid);

        await warm.command().run(args, warm.dir, {});

        assert.deepEqual(warm.journalled(), [warm.entry]);
      });
    }

    for (const operation of ["up", "refresh", "destroy", "cancel"]) {
      it(`forgets a run of an engine that has ended once ${operation} was let in`, async () => {
        warm.journal.begin(warm.run, ENDED);

        await warm.command().run([operation, "--yes", "--stack", STACK], warm.dir, {});

        assert.deepEqual(warm.journalled(), []);
      });
    }

    for (const args of [
      ["preview", "--stack", STACK],
      ["stack", "init", STACK],
    ]) {
      it(`keeps it over ${args.slice(0, -1).join(" ")}, which does not look for its lock`, async () => {
        warm.journal.begin(warm.run, ENDED);

        await warm.command().run(args, warm.dir, {});

        assert.deepEqual(warm.journalled(), [`${warm.run}.${ENDED}.json`]);
      });
    }

    it("must be able to tell a run, or nothing runs", async () => {
      const runner = warm.command();
      rmSync(join(warm.dir, "runs"), { recursive: true });

      await assert.rejects(runner.run(UP, warm.dir, {}), (error) => {
        assert.ok(error instanceof EngineError);
        assert.match(error.message, /^cannot keep the journal of runs: .*ENOENT/);
        return true;
      });
      assert.deepEqual(warm.server.requests, []);
    });
  });
});
