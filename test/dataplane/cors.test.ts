import assert from "node:assert/strict";
import { KeyCheck } from "./support/keyCheck";
import { useGateway } from "./support/gateway";

const ORIGIN = "https://app.example.com";

describe("CORS at a real Istio gateway", function () {
  this.timeout(60_000);
  const { traffic, expose, world } = useGateway();

  const cors = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
    CORS: {
      enabled: true,
      allowOrigins: `${ORIGIN}, https://other.example.com`,
      allowCredentials: true,
      handlePreflightRequests: {
        enabled: true,
        allowMethods: "GET, PUT",
        allowHeaders: "Authorization, X-Custom",
        maxAge: 600,
      },
      ...fields,
    },
  });

  const preflight = (origin = ORIGIN, from = "127.0.0.1") => ({
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "PUT" },
    from,
  });

  /** The headers of an answer that are about CORS. */
  async function corsHeaders(...args: Parameters<typeof traffic.send>): Promise<Record<string, unknown>> {
    const { headers } = await traffic.send(...args);
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control-")));
  }

  const untilPreflightIsAnswered = (path: string): Promise<void> =>
    traffic.untilHeader("access-control-allow-origin", ORIGIN, path, preflight());

  describe("for some origins", () => {
    before(async () => {
      await expose("cors", { spec: cors() });
      await untilPreflightIsAnswered("/cors");
    });

    it("answers a preflight itself", async () => {
      const { status, body } = await traffic.send("/cors", preflight());
      assert.deepEqual([status, body], [200, ""]);
      assert.deepEqual(await corsHeaders("/cors", preflight()), {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "Authorization,X-Custom",
        "access-control-max-age": "600",
      });
    });

    it("marks answers for the origin that asks", async () => {
      const { implementation } = await traffic.seen("/cors", { headers: { origin: ORIGIN } });
      assert.equal(implementation, "cors");
      const headers = { origin: "https://other.example.com" };
      assert.deepEqual(await corsHeaders("/cors", { headers }), {
        "access-control-allow-origin": "https://other.example.com",
        "access-control-allow-credentials": "true",
      });
    });

    it("allows no other origin", async () => {
      for (const origin of [
        "https://evil.example",
        `${ORIGIN}.evil.example`,
        "http://app.example.com",
        "null",
      ]) {
        assert.deepEqual(await corsHeaders("/cors", { headers: { origin } }), {}, origin);
        assert.deepEqual(await corsHeaders("/cors", preflight(origin)), {}, origin);
      }
    });

    it("leaves other APIs as they are", async () => {
      await expose("plain");
      await traffic.untilAnsweredBy("plain", "/plain");
      assert.deepEqual(await corsHeaders("/plain", { headers: { origin: ORIGIN } }), {});
      assert.equal((await traffic.seen("/plain", preflight())).method, "OPTIONS");
    });
  });

  it("for every origin names the one that asks, without credentials", async () => {
    await expose("open", { spec: cors({ allowOrigins: "*", allowCredentials: false }) });
    await untilPreflightIsAnswered("/open");
    const headers = { origin: "https://anybody.example" };
    assert.deepEqual(await corsHeaders("/open", { headers }), {
      "access-control-allow-origin": "https://anybody.example",
    });
  });

  it("leaves preflights to the implementation where the spec says so", async () => {
    await expose("own-preflights", { spec: cors({ handlePreflightRequests: { enabled: false } }) });
    await traffic.untilHeader("access-control-allow-origin", ORIGIN, "/own-preflights", {
      headers: { origin: ORIGIN },
    });
    assert.equal((await traffic.seen("/own-preflights", preflight())).method, "OPTIONS");
  });

  it("answers preflights without counting them for the rate limit, and marks what that refuses", async () => {
    const rateLimit = { enabled: true, limit: "2", interval: "pm" };
    await expose("cors-limited", { spec: { ...cors(), rateLimit } });
    await traffic.until(429, "/cors-limited", { from: "127.0.0.250" });
    const from = "127.0.0.2";
    for (let count = 0; count < 5; count++) {
      assert.equal(await traffic.status("/cors-limited", preflight(ORIGIN, from)), 200);
    }
    const headers = { origin: ORIGIN };
    assert.deepEqual(await traffic.statuses(3, "/cors-limited", { from, headers }), [200, 200, 429]);
    assert.equal(
      (await corsHeaders("/cors-limited", { from, headers }))["access-control-allow-origin"],
      ORIGIN,
    );
  });

  it("answers preflights of an API that asks for a token, and marks what is refused", async () => {
    await expose("cors-jwt", { spec: cors(), annotations: { "oda.tmforum.org/jwt": "staff" } });
    await traffic.until(403, "/cors-jwt");
    await untilPreflightIsAnswered("/cors-jwt");
    const headers = { origin: ORIGIN };
    for (const request of [
      { headers },
      { headers: { ...headers, ...world().issuers.stranger.bearer() } },
      { headers: { ...headers, ...world().issuers.staff.bearer() } },
    ]) {
      assert.equal((await corsHeaders("/cors-jwt", request))["access-control-allow-origin"], ORIGIN);
    }
  });

  it("lets no request pass an API that asks for a token by looking like a preflight", async () => {
    const almost: Record<string, string>[] = [
      { origin: "https://evil.example", "access-control-request-method": "GET" },
      { origin: "", "access-control-request-method": "GET" },
      { origin: ORIGIN },
      { "access-control-request-method": "GET" },
      {},
    ];
    for (const headers of almost) {
      assert.equal(
        await traffic.status("/cors-jwt", { method: "OPTIONS", headers }),
        403,
        JSON.stringify(headers),
      );
    }
  });

  it("answers preflights of an API that asks for a key", async () => {
    await expose("cors-key", { spec: { ...cors(), apiKeyVerification: { enabled: true } } });
    await traffic.until(403, "/cors-key");
    await untilPreflightIsAnswered("/cors-key");
    const headers = { origin: ORIGIN, "x-api-key": KeyCheck.KEY };
    assert.equal(await traffic.status("/cors-key", { headers }), 200);
  });

  it("is gone once the spec does not ask for it", async () => {
    const passing = await expose("cors-passing", { spec: cors() });
    await untilPreflightIsAnswered("/cors-passing");
    await passing.change({});
    await traffic.untilHeader("access-control-allow-origin", undefined, "/cors-passing", preflight());
  });
});
