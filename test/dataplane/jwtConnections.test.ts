import assert from "node:assert/strict";
import { KeptConnection } from "../../dev/dataPlane";
import { useGateway } from "./support/gateway";

const OK = 200;
const FORBIDDEN = 403;
const NOT_FOUND = 404;

const ORIGIN = "https://app.example.com";

const takes = (providers: string) => ({ "oda.tmforum.org/jwt": providers });

describe("On connections that were open before, an API that takes tokens", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();
  const open: KeptConnection[] = [];

  const staff = () => ({ headers: world().issuers.staff.bearer() });
  const partners = () => ({ headers: world().issuers.partners.bearer({ aud: "shop" }) });

  /** A request over each of the connections. */
  const sendAll = (path: string, request: { method?: string; headers?: Record<string, string> } = {}) =>
    Promise.all(open.map((each) => each.send({ port: world().dataPlane.ports.http, path, ...request })));

  /** The statuses of their answers, each once. */
  const statuses = async (...request: Parameters<typeof sendAll>): Promise<number[]> => [
    ...new Set((await sendAll(...request)).map(({ status }) => status)),
  ];

  before(async () => {
    await expose("neighbour");
    await traffic.untilAnsweredBy("neighbour", "/neighbour");
  });

  beforeEach(async () => {
    open.push(...Array.from({ length: 4 }, () => new KeptConnection()));
    assert.deepEqual(await statuses("/neighbour"), [OK]);
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  it("asks for one from the first moment on, as it does on new ones", async () => {
    const seen = new Set<number>();
    let isThere = false;
    const asking = open.map(async () => {
      while (!isThere) {
        for (const status of await statuses("/appearing")) seen.add(status);
        seen.add(await traffic.status("/appearing"));
      }
    });
    await expose("appearing", { annotations: takes("staff, partners") });
    isThere = true;
    await Promise.all(asking);

    const others = [...seen].filter((status) => status !== NOT_FOUND && status !== FORBIDDEN);
    assert.deepEqual(others, []);
    assert.deepEqual(await statuses("/appearing"), [FORBIDDEN]);
    assert.deepEqual(await statuses("/appearing", partners()), [OK]);
    assert.deepEqual(await statuses("/appearing", staff()), [OK]);
    assert.deepEqual(await statuses("/neighbour"), [OK]);
  });

  it("takes those of its own providers only", async () => {
    await expose("for-staff", { annotations: takes("staff") });
    assert.deepEqual(await statuses("/for-staff", staff()), [OK]);
    assert.deepEqual(await statuses("/for-staff", partners()), [FORBIDDEN]);
  });

  it("begins to ask for one as soon as it is changed, and ends so", async () => {
    const changing = await expose("closing");
    assert.deepEqual(await statuses("/closing"), [OK]);
    await changing.change({ annotations: takes("staff") });
    assert.deepEqual(await statuses("/closing"), [FORBIDDEN]);
    assert.deepEqual(await statuses("/closing", staff()), [OK]);
    await changing.change({ annotations: takes("none") });
    assert.deepEqual(await statuses("/closing"), [OK]);
  });

  it("answers preflight requests before it asks, and marks for CORS what it refuses", async () => {
    const CORS = { enabled: true, allowOrigins: ORIGIN };
    await expose("marked", { annotations: takes("staff"), spec: { CORS } });
    const preflight = {
      method: "OPTIONS",
      headers: { origin: ORIGIN, "access-control-request-method": "GET" },
    };
    const refused = { headers: { origin: ORIGIN } };
    for (const [request, expected] of [[preflight, OK] as const, [refused, FORBIDDEN] as const]) {
      for (const { status, headers } of await sendAll("/marked", request)) {
        assert.deepEqual([status, headers["access-control-allow-origin"]], [expected, ORIGIN]);
      }
    }
  });

  it("does not count for its rate limit what it refuses", async () => {
    const rateLimit = { enabled: true, limit: "4", interval: "pm" };
    await expose("counted", { annotations: takes("staff"), spec: { rateLimit } });
    for (let round = 0; round < 2; round++) assert.deepEqual(await statuses("/counted"), [FORBIDDEN]);
    assert.deepEqual(await statuses("/counted", staff()), [OK]);
    assert.deepEqual(await statuses("/counted", staff()), [429]);
  });
});
