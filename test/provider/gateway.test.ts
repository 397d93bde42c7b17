import assert from "node:assert/strict";
import { GatewayError } from "../../provider/errors";
import { MAX_ANSWER } from "../../provider/exchange";
import { Gateway } from "../../provider/gateway";
import { type ApiSpec, type GatewayAccess } from "../../provider/model";
import { FakeApig, success, type Fault } from "../support/apig/fakeApig";

const api: ApiSpec = {
  path: "/shop/v4",
  name: "r1-shop",
  specification: "https://example.com/shop.json",
  implementation: "shop-svc",
  port: 8080,
};

/** What is thrown, and whether it says that nothing was done. */
interface Thrown {
  readonly message: string;
  readonly changedNothing: boolean;
}

describe("The WhaleCloud API gateway", () => {
  let fake: FakeApig;
  let others: FakeApig[] = [];

  beforeEach(async () => {
    fake = await FakeApig.start();
  });

  afterEach(async () => {
    await Promise.all([fake, ...others].map((each) => each.stop()));
    others = [];
  });

  function gateway(
    access: Partial<GatewayAccess> = {},
    patience = { tries: 3, between: 5, longest: 500 },
    signal = new AbortController().signal,
  ): Gateway {
    const usual = { endpoint: fake.endpoint, timeout: 5, absentCodes: [] };
    return new Gateway({ ...usual, ...access }, signal, patience);
  }

  async function thrownBy(work: Promise<unknown>): Promise<Thrown> {
    const error: unknown = await work.then(
      () => assert.fail("nothing was thrown"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof GatewayError);
    return {
      message: error.message.replaceAll(new URL(fake.endpoint).host, "HOST"),
      changedNothing: error.changedNothing,
    };
  }

  it("is told of an API and gives its answer", async () => {
    assert.deepEqual(await gateway().bind(api), success);
    assert.deepEqual(fake.bound, [api]);
  });

  it("has an API removed", async () => {
    await gateway().bind(api);
    await gateway().unbind(api);
    assert.deepEqual(fake.bound, []);
  });

  it("gives all that it answers", async () => {
    fake.fail({ answer: { body: { res_code: "0000", extra: [1] } } });
    assert.deepEqual(await gateway().bind(api), { res_code: "0000", extra: [1] });
  });

  it("has its code and its message kept of a long answer", async () => {
    const body = { res_code: "0000", res_message: "done\nat last", detail: "x".repeat(5000) };
    fake.fail({ answer: { body } });
    assert.deepEqual(await gateway().bind(api), { res_code: "0000", res_message: "done at last" });
  });

  it("has only its code kept of an answer that Pulumi would take for more than JSON", async () => {
    const marked = {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      path: "/etc/passwd",
    };
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    fake.fail({ answer: { body: { res_code: "0000", marked } } });
    fake.fail({ answer: { body: { res_code: "0000", res_message: unknown } } });
    assert.deepEqual(await gateway().bind(api), { res_code: "0000" });
    assert.deepEqual(await gateway().bind(api), { res_code: "0000" });
  });

  describe("removing what is not there", () => {
    it("is a success where it says so in words", async () => {
      await gateway().unbind(api);
      assert.deepEqual(fake.asked, ["unbind /shop/v4"]);
    });

    it("is a success where it says so in words with a status of 404", async () => {
      fake.fail({ answer: { status: 404, body: { res_code: "7", res_message: "API not found" } } });
      await gateway().unbind(api);
    });

    it("fails where a server that fails says so, for it may speak of anything", async () => {
      fake.fail({ answer: { status: 500, body: { res_code: "7", res_message: "API not found" } } });
      const { message } = await thrownBy(gateway().unbind(api));
      assert.match(message, /is unavailable: HTTP status 500, res_code 7: API not found$/);
    });

    it("fails where it is something else that is not found", async () => {
      fake.fail({ answer: { body: { res_code: "7", res_message: "tenant not found in session" } } });
      const { message } = await thrownBy(gateway().unbind(api));
      assert.match(message, /refused to remove r1-shop: res_code 7: tenant not found in session$/);
    });

    it("is a success where the code is known for it", async () => {
      fake.fail({ answer: { body: { res_code: "2044", res_message: "no" } } });
      await gateway({ absentCodes: ["2044"] }).unbind(api);
    });

    it("fails where nothing says so, and where a proxy has no such page", async () => {
      fake.fail({ answer: { body: { res_code: "2044", res_message: "no" } } });
      fake.fail({ answer: { status: 404, body: "<html>not found</html>" } });
      const refused = await thrownBy(gateway().unbind(api));
      const missing = await thrownBy(gateway().unbind(api));
      assert.equal(
        refused.message,
        "the WhaleCloud API gateway at HOST refused to remove r1-shop: res_code 2044: no",
      );
      assert.match(missing.message, /refused to remove r1-shop: HTTP status 404: <html>/);
    });
  });

  describe("that refuses an API", () => {
    it("is quoted on one line, without control characters and not at length", async () => {
      const words = `path in use\n\u001b[31m\u202e${"x".repeat(5000)}`;
      fake.fail({ answer: { body: { res_code: "1001", res_message: words } } });
      const { message, changedNothing } = await thrownBy(gateway().bind(api));
      assert.match(
        message,
        /^the WhaleCloud API gateway at HOST refused to bind r1-shop: res_code 1001: path in use \[31m x{100,400}…$/,
      );
      assert.ok(changedNothing);
    });

    it("is quoted as a whole where it has no words of its own", async () => {
      fake.fail({ answer: { body: { res_code: 1001, detail: "busy" } } });
      const { message } = await thrownBy(gateway().bind(api));
      assert.match(message, /res_code 1001: \{"res_code":1001,"detail":"busy"\}$/);
    });
  });

  describe("that fails", () => {
    const failures: readonly (readonly [string, Fault, string, boolean])[] = [
      [
        "with a status of 500",
        { answer: { status: 500, body: "<html>oops</html>" } },
        "is unavailable: HTTP status 500, and an answer that is no JSON with a res_code",
        false,
      ],
      [
        "with a status of 500 and a res_code",
        { answer: { status: 500, body: { res_code: "9", res_message: "oops" } } },
        "is unavailable: HTTP status 500, res_code 9: oops",
        false,
      ],
      [
        "with an answer that is no JSON",
        { answer: { body: "OK" } },
        "is unavailable: HTTP status 200, and an answer that is no JSON with a res_code",
        false,
      ],
      [
        "with JSON of another kind",
        { answer: { body: [1] } },
        "is unavailable: HTTP status 200, and an answer that is no JSON with a res_code",
        false,
      ],
      [
        "with a redirection, which is not followed",
        { answer: { status: 302, headers: { location: "http://127.0.0.1:9/" }, body: "" } },
        "is unavailable: HTTP status 302, and an answer that is no JSON with a res_code",
        false,
      ],
      [
        "with an answer that is too long",
        { answer: { body: `{"res_code":"0000","a":"${"x".repeat(2 * MAX_ANSWER)}"}` } },
        "is unavailable: its answer has more than 65536 bytes",
        false,
      ],
      [
        "by closing the connection before it has done it",
        { answer: "cut" },
        "is unavailable: the connection ended before the answer did",
        false,
      ],
      [
        "by closing the connection after it has done it",
        { answer: "cut", done: true },
        "is unavailable: the connection ended before the answer did",
        false,
      ],
      [
        "for lack of credentials",
        { answer: { status: 401, body: "who are you?" } },
        "denied access: HTTP status 401: who are you?",
        true,
      ],
      [
        "with a status of 400",
        { answer: { status: 400, body: "bad" } },
        "refused to bind r1-shop: HTTP status 400: bad",
        false,
      ],
      [
        "with a status of 503 after it has done it, and a time to come back",
        { answer: { status: 503, headers: { "retry-after": "0" }, body: "" }, done: true },
        "is unavailable: HTTP status 503, to be asked again after 0 s",
        false,
      ],
      [
        "with a status of 429 and a time to come back that is too long to wait for",
        { answer: { status: 429, headers: { "retry-after": "120" }, body: "" } },
        "is unavailable: HTTP status 429, to be asked again after 120 s",
        true,
      ],
    ];

    for (const [how, fault, message, changedNothing] of failures) {
      it(`${how} is asked once, and it is known whether it may have done it`, async () => {
        fake.fail(fault);
        assert.deepEqual(await thrownBy(gateway().bind(api)), {
          message: `the WhaleCloud API gateway at HOST ${message}`,
          changedNothing,
        });
        assert.equal(fake.requests.length, 1);
      });
    }

    it("by not answering in time may have done it", async () => {
      fake.fail({ answer: "nothing", done: true });
      assert.deepEqual(await thrownBy(gateway({ timeout: 0.2 }).bind(api)), {
        message: "the WhaleCloud API gateway at HOST is unavailable: no answer within 0.2 s",
        changedNothing: false,
      });
      assert.equal(fake.requests.length, 1);
    });

    it("is asked again where it says when, and is then told once more", async () => {
      const busy = { answer: { status: 429, headers: { "retry-after": "0" }, body: "" } };
      fake.fail(busy, busy);
      assert.deepEqual(await gateway().bind(api), success);
      assert.equal(fake.requests.length, 3);
    });

    it("is given up after three times", async () => {
      const busy = { answer: { status: 429, headers: { "retry-after": "0" }, body: "" } };
      fake.fail(busy, busy, busy);
      const { changedNothing } = await thrownBy(gateway().bind(api));
      assert.ok(changedNothing);
      assert.equal(fake.requests.length, 3);
    });

    it("is asked again where there was no connection", async () => {
      const { port } = fake;
      await fake.stop();
      const binding = gateway(
        { endpoint: `http://127.0.0.1:${port}` },
        { tries: 500, between: 10, longest: 5000 },
      ).bind(api);
      fake = await FakeApig.start("path", port);
      assert.deepEqual(await binding, success);
      assert.equal(fake.requests.length, 1);
    });

    it("is said to be unavailable where there is no connection at all", async () => {
      await fake.stop();
      const { endpoint } = await FakeApig.start().then(async (gone) => {
        const where = { endpoint: gone.endpoint };
        await gone.stop();
        return where;
      });
      fake = await FakeApig.start();
      const { message, changedNothing } = await thrownBy(gateway({ endpoint }).bind(api));
      assert.match(message, /is unavailable: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
      assert.ok(changedNothing);
    });

    it("is not waited for once the run is cancelled", async () => {
      const cancelling = new AbortController();
      fake.fail({ answer: "nothing" });
      const binding = thrownBy(gateway({}, undefined, cancelling.signal).bind(api));
      cancelling.abort();
      assert.match((await binding).message, /the request was cancelled$/);
    });
  });
});
