import assert from "node:assert/strict";
import { join } from "node:path";
import { EngineGone } from "../../../stack/address";
import { EngineError } from "../../../stack";
import { call, health } from "../../../stack/warm/client";
import { useTempDir } from "../../support/tempDir";
import { useEngineServer } from "./engineServer";
import { diagnostic } from "./events";

const BODY = { workDir: "/work", stack: "components.a" };

describe("a call of the warm engine", () => {
  const dir = useTempDir();
  const server = useEngineServer(dir);
  const up = (signal?: AbortSignal) => call(server().socket, "up", BODY, { ...(signal && { signal }) });

  it("asks for the operation with its body, and gives its result", async () => {
    server().on("up", (exchange) => {
      exchange.end({ result: { changes: { create: 2 } } });
    });

    assert.deepEqual(await up(), { result: { changes: { create: 2 } } });
    assert.deepEqual(server().requests, [{ operation: "up", body: BODY }]);
  });

  it("gives the error that the operation ended with", async () => {
    server().on("up", (exchange) => {
      exchange.end({ error: { message: "no stack named 'components.a' found" } });
    });

    assert.deepEqual(await up(), { error: "no stack named 'components.a' found" });
  });

  it("tells of events as they come, also where a line comes in pieces", async () => {
    const event = diagnostic("warning", "careful — it is hot");
    const line = `${JSON.stringify({ event })}\n`;
    const told: unknown[] = [];
    server().on("up", (exchange) => {
      exchange.send(line.slice(0, 40));
      setImmediate(() => {
        exchange.end(line.slice(40), { result: {} });
      });
    });

    await call(server().socket, "up", BODY, { onEvent: (heard) => told.push(heard) });

    assert.deepEqual(told, [event]);
  });

  for (const [what, end] of [
    [
      "is cut off in the middle of a line",
      (exchange) => {
        exchange.send('{"event":{}}\n{"resu');
        exchange.cut();
      },
    ],
    [
      "ends without a last line",
      (exchange) => {
        exchange.end({ event: diagnostic("info", "hello") });
      },
    ],
    [
      "never begins",
      (exchange) => {
        exchange.cut();
      },
    ],
  ] as const satisfies readonly (readonly [string, Parameters<ReturnType<typeof server>["on"]>[1]])[]) {
    it(`knows that the engine went away when the answer ${what}`, async () => {
      server().on("up", end);

      await assert.rejects(up(), EngineGone);
    });
  }

  it("knows that there is no engine at a socket", async () => {
    await assert.rejects(call(join(dir(), "none.sock"), "up", BODY), (error) => {
      assert.ok(error instanceof EngineGone);
      assert.match(error.message, /^the engine went away: connect ENOENT/);
      return true;
    });
  });

  it("closes the connection when it is called off, so that the engine stops the run", async () => {
    const abort = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server().on("up", (exchange) => {
        void exchange.closed.then(resolve);
        abort.abort();
      });
    });

    await assert.rejects(up(abort.signal), EngineGone);
    await closed;
  });

  it("takes an answer that is no protocol for a bug", async () => {
    server().on("up", (exchange) => {
      exchange.end("404 page not found\n");
    });

    await assert.rejects(up(), (error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(
        error.message,
        "the engine answered with what is no line of its protocol: 404 page not found",
      );
      return true;
    });
  });
});

describe("the health of the warm engine", () => {
  const dir = useTempDir();
  const server = useEngineServer(dir);

  it("is what the engine says", async () => {
    server().on("health", (exchange) => {
      exchange.end('{"protocol":1,"memory":5}\n');
    });

    assert.deepEqual(await health(server().socket, 5000), { protocol: 1, memory: 5 });
  });

  it("is not waited for longer than asked", async () => {
    server().on("health", () => undefined);

    await assert.rejects(health(server().socket, 20), EngineGone);
  });
});
