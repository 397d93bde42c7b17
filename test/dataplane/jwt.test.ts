import assert from "node:assert/strict";
import { TokenIssuer } from "../../dev/dataPlane";
import { useGateway } from "./support/gateway";
import { OTHER_NAMESPACE } from "./support/world";

const OK = 200;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

const takes = (providers: string) => ({ "oda.tmforum.org/jwt": providers });

describe("An API behind a real Istio gateway that takes tokens", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  const staff = (claims?: Record<string, unknown>) => ({ headers: world().issuers.staff.bearer(claims) });
  const partners = (claims?: Record<string, unknown>) => ({
    headers: world().issuers.partners.bearer({ aud: "shop", ...claims }),
  });
  const stranger = (claims?: Record<string, unknown>) => ({
    headers: world().issuers.stranger.bearer(claims),
  });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  describe("of one provider", () => {
    before(async () => {
      await expose("staff-only", { annotations: takes("staff") });
      await traffic.until(OK, "/staff-only", staff());
    });

    it("refuses a request without a token", async () => {
      assert.equal(await traffic.status("/staff-only"), FORBIDDEN);
      assert.equal(
        await traffic.status("/staff-only", { headers: { authorization: "Basic YTpi" } }),
        FORBIDDEN,
      );
    });

    it("refuses a token that is wrong", async () => {
      const forger = new TokenIssuer(world().issuers.staff.issuer);
      const [head, payload, signature] = world().issuers.staff.token().split(".");
      const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload ?? ""}.`;
      const past = Math.floor(Date.now() / 1000) - 600;
      for (const request of [
        bearer("nonsense"),
        bearer(forger.token()),
        bearer(unsigned),
        bearer(`${head ?? ""}.${payload ?? ""}x.${signature ?? ""}`),
        staff({ exp: past }),
        staff({ nbf: past + 1_200 }),
        stranger(),
      ]) {
        assert.equal(await traffic.status("/staff-only", request), UNAUTHORIZED);
      }
    });

    it("takes a right token, and hands it on to the implementation", async () => {
      const request = staff({ sub: "ann" });
      const { headers } = await traffic.seen("/staff-only/x", request);
      assert.equal(headers["authorization"], request.headers.authorization);
    });

    it("takes a right token as a parameter of the query (RFC 6750)", async () => {
      const token = world().issuers.staff.token();
      assert.equal(await traffic.status(`/staff-only?access_token=${token}`), OK);
    });

    it("takes a token without a subject", async () => {
      assert.equal(await traffic.status("/staff-only", staff({ sub: undefined })), OK);
    });

    it("refuses a right token of another provider", async () => {
      assert.equal(await traffic.status("/staff-only", partners()), FORBIDDEN);
    });

    it("cannot be reached by writing its path or host in another way", async () => {
      const paths = [
        "/x/../staff-only",
        "/./staff-only",
        "/%73taff-only",
        "/staff-only?x",
        "/staff-only;x",
        "/staff-only//x",
        "/staff-only%2Fx",
        "/staff-onlyx",
      ];
      for (const path of paths) assert.equal(await traffic.status(path), FORBIDDEN, path);
      assert.equal(await traffic.status("/staff-only", { host: "OTHER.example.com:81" }), FORBIDDEN);
      for (const path of ["//staff-only", "/STAFF-ONLY", "/%2Fstaff-only"]) {
        assert.equal(await traffic.status(path), 404, path);
      }
    });
  });

  it("of two providers takes the tokens of both", async () => {
    await expose("both", { annotations: takes("staff, partners") });
    await traffic.until(OK, "/both", staff());
    assert.equal(await traffic.status("/both", partners()), OK);
    assert.equal(await traffic.status("/both"), FORBIDDEN);
    assert.equal(await traffic.status("/both", stranger()), UNAUTHORIZED);
  });

  it("asks for the provider's audience", async () => {
    await expose("partners-only", { annotations: takes("partners") });
    await traffic.until(OK, "/partners-only", partners());
    assert.equal(await traffic.status("/partners-only", partners({ aud: ["x", "shop"] })), OK);
    for (const aud of ["another", undefined]) {
      assert.ok(
        [UNAUTHORIZED, FORBIDDEN].includes(await traffic.status("/partners-only", partners({ aud }))),
      );
    }
    assert.equal(await traffic.status("/partners-only", staff()), FORBIDDEN);
  });

  it("with a host of its own asks for one there, and only there", async () => {
    const hostname = "staff.example.com";
    await expose("staff-host", { annotations: takes("staff"), spec: { hostname, path: "/shared" } });
    await expose("any-host", { spec: { path: "/shared" } });
    await traffic.until(OK, "/shared", { ...staff(), host: hostname });
    for (const host of [hostname, "STAFF.example.com", `${hostname}:8080`]) {
      assert.equal(await traffic.status("/shared", { host }), FORBIDDEN, host);
    }
    assert.equal(await traffic.answeredBy("/shared"), "any-host");
  });

  it("for every host leaves the hosts of others alone", async () => {
    const host = "free.example.com";
    await expose("guarded", { annotations: takes("staff"), context: { otherHosts: [host] } });
    await expose("free", { spec: { hostname: host, path: "/guarded" } });
    await traffic.until(FORBIDDEN, "/guarded");
    await traffic.untilAnsweredBy("free", "/guarded", { host });
    assert.equal(await traffic.answeredBy("/guarded", { host: `${host}:80` }), "free");
  });

  it("asks for one although an API of another namespace with its name does not", async () => {
    await expose("same-name", { annotations: takes("staff"), spec: { path: "/same/closed" } });
    const other = { namespace: OTHER_NAMESPACE, spec: { path: "/same/open" } };
    await expose("same-name", other);
    await traffic.until(FORBIDDEN, "/same/closed");
    await traffic.until(OK, "/same/open", stranger());
  });

  it("no longer asks for one once its policy is gone", async () => {
    const changing = await expose("changing", { annotations: takes("staff") });
    await traffic.until(FORBIDDEN, "/changing");
    await changing.change({ annotations: takes("none") });
    await traffic.until(OK, "/changing");
    await changing.change({ annotations: takes("partners") });
    await traffic.until(FORBIDDEN, "/changing");
    assert.equal(await traffic.status("/changing", staff()), FORBIDDEN);
  });
});

describe("An API behind a real Istio gateway that wants no tokens", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  before(async () => {
    await expose("open-api", { annotations: takes("none") });
    await traffic.until(OK, "/open-api");
  });

  it("takes a request with any, known to the platform or not, and hands it on", async () => {
    const { staff, stranger } = world().issuers;
    const authorizations = [
      stranger.bearer().authorization,
      staff.bearer().authorization,
      new TokenIssuer(staff.issuer).bearer().authorization,
      staff.bearer({ exp: 1 }).authorization,
      "Bearer nonsense",
    ];
    for (const authorization of authorizations) {
      const { headers } = await traffic.seen("/open-api", { headers: { authorization } });
      assert.equal(headers["authorization"], authorization);
    }
  });

  it("is open on a path inside that of one that asks for them", async () => {
    await expose("closed", { annotations: takes("staff"), context: { innerPaths: ["/closed/health"] } });
    await expose("health", { spec: { path: "/closed/health" } });
    await traffic.until(FORBIDDEN, "/closed");
    await traffic.untilAnsweredBy("health", "/closed/health");
    for (const path of ["/closed/health?x", "/closed/health/x", "/closed/x/../health"]) {
      assert.equal(await traffic.answeredBy(path), "health", path);
    }
    for (const path of ["/closed/heal", "/closed/x", "/closed/health/../x", "/closed/health/%2e%2e/x"]) {
      assert.equal(await traffic.status(path), FORBIDDEN, path);
    }
  });

  it("is open on several paths inside that of one that asks for them", async () => {
    const inner = ["/guarded-all/health", "/guarded-all/docs"];
    await expose("guarded-all", { annotations: takes("staff"), context: { innerPaths: inner } });
    for (const [index, path] of inner.entries()) await expose(`open-${index}`, { spec: { path } });
    await traffic.until(FORBIDDEN, "/guarded-all");
    for (const [index, path] of inner.entries()) await traffic.untilAnsweredBy(`open-${index}`, `${path}/x`);
    assert.equal(await traffic.status("/guarded-all/heal"), FORBIDDEN);
    const headers = world().issuers.staff.bearer();
    assert.equal(await traffic.answeredBy("/guarded-all/x", { headers }), "guarded-all");
  });

  it("does not open a path inside its own of one that asks for them", async () => {
    await expose("around", { context: { innerPaths: ["/around/safe"] } });
    await expose("safe", { annotations: takes("staff"), spec: { path: "/around/safe" } });
    await traffic.untilAnsweredBy("around", "/around");
    await traffic.until(FORBIDDEN, "/around/safe");
    for (const path of ["/around/safe/x", "/around/x/../safe", "/around/./safe?x"]) {
      assert.equal(await traffic.status(path), FORBIDDEN, path);
    }
    assert.equal(
      await traffic.answeredBy("/around/safe", { headers: world().issuers.staff.bearer() }),
      "safe",
    );
  });
});

describe("A route at a real Istio gateway that says nothing of tokens, as those of others", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  before(async () => {
    await expose("of-others", { settings: { jwt: [] } });
    await traffic.until(OK, "/of-others");
  });

  it("refuses a token that no provider has issued, although nobody asks for one", async () => {
    const headers = world().issuers.stranger.bearer();
    assert.equal(await traffic.status("/of-others", { headers }), UNAUTHORIZED);
  });

  it("takes one of any provider", async () => {
    const { staff, partners } = world().issuers;
    assert.equal(await traffic.status("/of-others", { headers: staff.bearer() }), OK);
    assert.equal(await traffic.status("/of-others", { headers: partners.bearer({ aud: "shop" }) }), OK);
  });
});
