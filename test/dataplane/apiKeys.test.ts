import assert from "node:assert/strict";
import { KeyCheck } from "./support/keyCheck";
import { useGateway } from "./support/gateway";

const keys = { apiKeyVerification: { enabled: true } };
const withKey = { headers: { "x-api-key": KeyCheck.KEY } };

describe("API keys at a real Istio gateway with an external authorization service", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  before(async () => {
    await expose("keyed", { spec: keys });
    await traffic.until(200, "/keyed", withKey);
  });

  it("are asked for", async () => {
    assert.equal(await traffic.status("/keyed"), 403);
    assert.equal(await traffic.status("/keyed/x", { headers: { "x-api-key": "wrong" } }), 403);
    assert.equal(await traffic.answeredBy("/keyed/x", withKey), "keyed");
  });

  it("of requests to other APIs are not checked", async () => {
    await expose("keyless");
    await traffic.untilAnsweredBy("keyless", "/keyless");
    const { asked } = world().keyCheck;
    assert.deepEqual(
      asked.filter((path) => !path.startsWith("/keyed")),
      [],
    );
  });

  it("come beside tokens, where an API asks for both", async () => {
    await expose("both-asked", { spec: keys, annotations: { "oda.tmforum.org/jwt": "staff" } });
    const token = world().issuers.staff.bearer();
    await traffic.until(200, "/both-asked", { headers: { ...token, ...withKey.headers } });
    assert.equal(await traffic.status("/both-asked", withKey), 403);
    assert.equal(await traffic.status("/both-asked", { headers: token }), 403);
  });

  it("are no longer asked for once the spec does not", async () => {
    const changing = await expose("unkeyed", { spec: keys });
    await traffic.until(403, "/unkeyed");
    await changing.change({});
    await traffic.untilAnsweredBy("unkeyed", "/unkeyed");
  });
});
