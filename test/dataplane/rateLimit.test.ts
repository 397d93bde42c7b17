import assert from "node:assert/strict";
import { KeptConnection } from "../../dev/dataPlane";
import { type Exposure } from "./support/exposure";
import { useGateway } from "./support/gateway";
import { OTHER_NAMESPACE } from "./support/world";

const OK = 200;
const TOO_MANY = 429;

describe("A rate limit at a real Istio gateway", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  /** A limit of 3 requests a minute, with changes. */
  const limited = (rateLimit: Record<string, unknown> = {}): Record<string, unknown> => ({
    rateLimit: { enabled: true, limit: "3", interval: "pm", ...rateLimit },
  });

  /** Exposes a limited API and waits until the limit holds, with requests of a client of its own. */
  async function exposeLimited(
    name: string,
    ...[options]: Parameters<Exposure["change"]>
  ): Promise<Exposure> {
    const exposure = await expose(name, options);
    await traffic.until(TOO_MANY, `/${name}`, { from: "127.0.0.250", headers: probe() });
    return exposure;
  }

  /** Headers of the client that finds out whether a limit holds. */
  const probe = (): Record<string, string> => ({
    "x-client": "probe",
    ...world().issuers.staff.bearer({ client: "probe" }),
  });

  describe("by the address of the client", () => {
    before(async () => {
      await exposeLimited("by-ip", { spec: limited() });
    });

    it("lets so many requests pass and answers the next with 429", async () => {
      assert.deepEqual(await traffic.statuses(4, "/by-ip", { from: "127.0.0.2" }), [OK, OK, OK, TOO_MANY]);
      assert.deepEqual(await traffic.statuses(4, "/by-ip/x", { from: "127.0.0.3" }), [OK, OK, OK, TOO_MANY]);
    });

    it("does not believe what the client says of its address", async () => {
      const from = "127.0.0.4";
      await traffic.statuses(3, "/by-ip", { from });
      for (const header of ["x-forwarded-for", "x-envoy-external-address", "forwarded"]) {
        assert.equal(
          await traffic.status("/by-ip", { from, headers: { [header]: "203.0.113.9" } }),
          TOO_MANY,
        );
      }
    });

    it("tells the client its limit", async () => {
      const { headers } = await traffic.send("/by-ip", { from: "127.0.0.5" });
      assert.equal(headers["x-ratelimit-limit"], "3");
      assert.equal(headers["x-ratelimit-remaining"], "2");
    });

    it("tells more than twenty clients apart", async () => {
      const clients = Array.from({ length: 40 }, (_, index) => `127.0.1.${index + 1}`);
      for (const from of clients) await traffic.statuses(3, "/by-ip", { from });
      const answers = await Promise.all(clients.map((from) => traffic.status("/by-ip", { from })));
      assert.deepEqual([...new Set(answers)], [TOO_MANY]);
    });

    it("does not count requests to another API, which has its own", async () => {
      await exposeLimited("limited-too", { spec: limited({ limit: "1" }) });
      await expose("unlimited");
      await traffic.until(OK, "/unlimited");
      const from = "127.0.0.6";
      assert.deepEqual(await traffic.statuses(5, "/unlimited", { from }), [OK, OK, OK, OK, OK]);
      assert.deepEqual(await traffic.statuses(2, "/limited-too", { from }), [OK, TOO_MANY]);
      assert.deepEqual(await traffic.statuses(4, "/by-ip", { from }), [OK, OK, OK, TOO_MANY]);
    });
  });

  it("holds for an API alone, although one of another namespace has its name", async () => {
    await expose("same-name", { spec: { ...limited({ limit: "1" }), path: "/limited-here" } });
    const elsewhere = { namespace: OTHER_NAMESPACE, spec: { path: "/not-limited-there" } };
    await expose("same-name", elsewhere);
    const from = "127.0.0.2";
    assert.deepEqual(await traffic.statuses(2, "/limited-here", { from }), [OK, TOO_MANY]);
    assert.deepEqual(await traffic.statuses(3, "/not-limited-there", { from }), [OK, OK, OK]);
  });

  it("by seconds begins anew each second", async () => {
    await exposeLimited("by-second", { spec: limited({ limit: "1", interval: "ps" }) });
    const from = "127.0.0.2";
    await traffic.until(TOO_MANY, "/by-second", { from });
    const refused = Date.now();
    await traffic.until(OK, "/by-second", { from });
    assert.ok(Date.now() - refused < 3_000);
  });

  describe("by a header", () => {
    before(async () => {
      await exposeLimited("by-header", { spec: limited({ identifier: "header:X-Client" }) });
    });

    it("counts for each of its values, from whatever address", async () => {
      const ann = { headers: { "x-client": "ann" } };
      assert.deepEqual(await traffic.statuses(3, "/by-header", { ...ann, from: "127.0.0.2" }), [OK, OK, OK]);
      assert.equal(await traffic.status("/by-header", { ...ann, from: "127.0.0.3" }), TOO_MANY);
      assert.equal(await traffic.status("/by-header", { headers: { "x-client": "bob" } }), OK);
    });

    it("counts requests without it together", async () => {
      assert.deepEqual(await traffic.statuses(3, "/by-header", { from: "127.0.0.2" }), [OK, OK, OK]);
      assert.equal(await traffic.status("/by-header", { from: "127.0.0.3" }), TOO_MANY);
    });
  });

  describe("by a claim of the token", () => {
    const annotations = { "oda.tmforum.org/jwt": "staff" };
    const bearer = (client?: string) => ({
      headers: { ...world().issuers.staff.bearer(client === undefined ? {} : { client }), client: "forged" },
    });

    before(async () => {
      await exposeLimited("by-claim", { annotations, spec: limited({ identifier: "claim:client" }) });
    });

    it("counts for each of its values", async () => {
      assert.deepEqual(await traffic.statuses(4, "/by-claim", bearer("ann")), [OK, OK, OK, TOO_MANY]);
      assert.equal(await traffic.status("/by-claim", bearer("bob")), OK);
    });

    it("counts tokens without it together", async () => {
      assert.deepEqual(await traffic.statuses(4, "/by-claim", bearer()), [OK, OK, OK, TOO_MANY]);
    });

    it("takes a claim whose name is a URL", async () => {
      const name = "https://example.com/client";
      const options = { annotations, spec: limited({ identifier: `claim:${name}` }) };
      await expose("by-url-claim", options);
      const of = (client: string) => ({ headers: world().issuers.staff.bearer({ [name]: client }) });
      await traffic.until(TOO_MANY, "/by-url-claim", of("probe"));
      assert.deepEqual(await traffic.statuses(4, "/by-url-claim", of("ann")), [OK, OK, OK, TOO_MANY]);
    });

    it("does not count requests that are refused for their token", async () => {
      await traffic.statuses(5, "/by-claim", { headers: { authorization: "Bearer none" } });
      assert.equal(await traffic.status("/by-claim", bearer("carol")), OK);
    });
  });

  it("holds on connections that were open before, too", async () => {
    const changing = await expose("kept");
    const connection = new KeptConnection();
    const request = { port: world().dataPlane.ports.http, path: "/kept", from: "127.0.0.2" };
    assert.equal((await connection.send(request)).status, OK);
    await changing.change({ spec: limited({ limit: "1" }) });
    assert.equal((await connection.send(request)).status, OK);
    assert.equal((await connection.send(request)).status, TOO_MANY);
    connection.close();
  });

  it("is changed by a new one, and gone with it", async () => {
    const changing = await exposeLimited("changing", { spec: limited() });
    await changing.change({ spec: limited({ limit: "1000" }) });
    await traffic.until(OK, "/changing", { from: "127.0.0.250" });
    assert.ok((await traffic.statuses(20, "/changing")).every((status) => status === OK));
    await changing.change({ spec: limited({ limit: "1" }) });
    await traffic.until(TOO_MANY, "/changing", { from: "127.0.0.251" });
    await changing.change({});
    await traffic.until(OK, "/changing", { from: "127.0.0.251" });
    const { headers } = await traffic.send("/changing");
    assert.equal(headers["x-ratelimit-limit"], undefined);
  });
});
