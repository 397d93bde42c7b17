import assert from "node:assert/strict";
import { conflict, notFound, throttled, unavailable } from "./arm/faults";
import { ill } from "./arm/wellFormed";
import { FakeArm } from "./fakeArm";

const document = (...ids: readonly string[]): string =>
  JSON.stringify({
    openapi: "3.0.1",
    info: { title: "catalog", version: "4.0.0" },
    paths: Object.fromEntries(ids.map((id) => [`/${id}/{id}`, { get: { operationId: id } }])),
  });

describe("The stand-in for Azure API Management", () => {
  let arm: FakeArm;

  beforeEach(async () => {
    arm = await FakeArm.start();
  });

  afterEach(() => arm.stop());

  const send = (method: string, path: string, properties?: object, headers: object = {}): Promise<Response> =>
    fetch(`${arm.url}${arm.idOf(path)}?api-version=2024-05-01`, {
      method,
      headers: { authorization: "Bearer token", ...headers },
      ...(properties === undefined ? {} : { body: JSON.stringify({ properties }) }),
    });
  const statusOf = async (...request: Parameters<typeof send>): Promise<number> =>
    (await send(...request)).status;
  const messageOf = async (response: Response): Promise<string> => {
    const { error } = (await response.json()) as {
      error: { message: string; details: { message: string }[] };
    };
    return error.details[0]?.message ?? error.message;
  };
  const importApi = (id: string, value: string, more: object = {}): Promise<Response> =>
    send("PUT", `apis/${id}`, { path: id, format: "openapi+json", value, ...more });

  it("accepts an API, says so when it is asked again, and gives each version an ETag", async () => {
    const accepted = await importApi("catalog", document("product"));
    assert.equal(accepted.status, 202);
    const location = accepted.headers.get("location") ?? "";
    assert.equal((await fetch(location)).status, 202);
    assert.equal((await fetch(location)).status, 201);

    const first = (await send("HEAD", "apis/catalog")).headers.get("etag");
    await importApi("catalog", document("product"));
    assert.notEqual(arm.etag("apis/catalog"), first);
    assert.equal(await statusOf("PUT", "apis/catalog", { path: "x" }, { "if-match": first }), 412);
  });

  it("makes an operation for each of the document, and forgets those that are not in it any more", async () => {
    await importApi("catalog", document("product", "price"));
    await importApi("catalog", document("price"));

    assert.deepEqual(arm.entities(), ["apis/catalog", "apis/catalog/operations/price"]);
    assert.equal(arm.properties("apis/catalog")?.["serviceUrl"], null);
  });

  it("answers callers where an operation is for them, and with 404 elsewhere", async () => {
    await importApi("catalog", document("product"), { serviceUrl: "http://implementation.example" });

    const answers = ["/catalog/product/1", "/catalog/price/1", "/shop/product/1"].map(async (path) =>
      fetch(arm.gatewayUrl + path),
    );
    assert.deepEqual(
      (await Promise.all(answers)).map(({ status }) => status),
      [200, 404, 404],
    );
  });

  it("refuses a path that another API has, but for another version of the same version set", async () => {
    const serviceUrl = "http://implementation.example";
    await send("PUT", "apiVersionSets/shop", { displayName: "shop", versioningScheme: "Segment" });
    const set = arm.idOf("apiVersionSets/shop");
    await importApi("a", document("x"), { path: "shop", apiVersionSetId: set, apiVersion: "v1" });

    assert.equal(
      (
        await importApi("b", document("x"), {
          path: "shop",
          apiVersionSetId: set,
          apiVersion: "v2",
          serviceUrl,
        })
      ).status,
      202,
    );
    assert.match(await messageOf(await importApi("c", document("x"), { path: "shop" })), /same Path/);
    assert.equal(await statusOf("DELETE", "apiVersionSets/shop"), 400);
    assert.equal((await fetch(`${arm.gatewayUrl}/shop/v2/x/1`)).status, 200);
  });

  it("answers callers only where the policy leads to a Backend, and with the token it asks for", async () => {
    await importApi("catalog", document("x"), { serviceUrl: "https://policy.invalid" });
    const called = async (headers: Record<string, string> = {}) =>
      (await fetch(`${arm.gatewayUrl}/catalog/x/1`, { headers })).status;
    const policy = (inbound: string) => `<policies><inbound>${inbound}</inbound></policies>`;
    const backend = '<set-backend-service backend-id="catalog" />';
    assert.equal(await called(), 502);

    arm.edit("backends/catalog", { url: "http://implementation.example", protocol: "http" });
    arm.edit("apis/catalog/policies/policy", { value: policy(backend) });
    assert.equal(await called(), 200);

    arm.edit("apis/catalog/policies/policy", { value: policy(`<validate-jwt />${backend}`) });
    assert.equal(await called(), 401);
    assert.equal(await called({ authorization: "Bearer token" }), 200);
  });

  for (const [what, value] of [
    ["no XML", "<policies><inbound></policies>"],
    ["another root", "<policy/>"],
    [
      "a fragment that nobody keeps",
      '<policies><inbound><include-fragment fragment-id="no"/></inbound></policies>',
    ],
    [
      "a backend that is not there",
      '<policies><inbound><set-backend-service backend-id="no"/></inbound></policies>',
    ],
    ["a named value that is not there", "<policies><inbound><x>{{no}}</x></inbound></policies>"],
  ] as const) {
    it(`refuses a policy with ${what}`, async () => {
      await importApi("catalog", document("x"));

      assert.equal(await statusOf("PUT", "apis/catalog/policies/policy", { format: "xml", value }), 400);
    });
  }

  it("refuses what has no parent, and a document that is none", async () => {
    assert.equal(await statusOf("PUT", "apis/no/policies/policy", { value: "<policies/>" }), 404);
    assert.equal((await importApi("catalog", "{}")).status, 400);
    assert.deepEqual(arm.entities(), []);
  });

  it("deletes what is below an entity and what refers to it as its own, and answers 204 where nothing is", async () => {
    await importApi("catalog", document("x"));
    await send("PUT", "products/gold", { displayName: "Gold" });
    await send("PUT", "products/gold/apiLinks/catalog", { apiId: arm.idOf("apis/catalog") });

    assert.equal(await statusOf("DELETE", "apis/catalog"), 200);
    assert.deepEqual(arm.entities(), ["products/gold"]);
    assert.equal(await statusOf("DELETE", "apis/catalog"), 204);
  });

  it("keeps to itself what is secret", async () => {
    await send("PUT", "namedValues/key", { displayName: "key", value: "hush", secret: true });

    assert.doesNotMatch(await (await send("GET", "namedValues/key")).text(), /hush/);
  });

  it("has the faults that are planned, as often as they are, for the requests they are for", async () => {
    arm.faults.plan(throttled(7), { method: "DELETE" }, 1);
    arm.faults.plan(unavailable, { path: /^products/ });
    arm.faults.plan(conflict, { path: /^loggers/ }, 1);
    arm.faults.plan(notFound, { path: /^backends/ }, 1);

    const refused = await send("DELETE", "apis/catalog");
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "7"]);
    assert.equal(await statusOf("DELETE", "apis/catalog"), 204);
    assert.equal(await statusOf("GET", "products/gold"), 503);
    assert.equal(await statusOf("GET", "products/gold"), 503);
    assert.equal(await statusOf("DELETE", "loggers/a"), 409);
    assert.equal(await statusOf("DELETE", "backends/a"), 404);
    arm.faults.clear();
    assert.equal(await statusOf("GET", "products/gold"), 404);
  });

  it("cuts connections, before the work and after it", async () => {
    for (const cut of ["before", "after"] as const) {
      arm.faults.plan({ cut }, {}, 1);
      await assert.rejects(send("PUT", `products/${cut}`, { displayName: cut }));
    }

    assert.deepEqual(arm.entities(), ["products/after"]);
  });

  it("takes its time until it is let go", async () => {
    const release = arm.faults.hold({ method: "GET" });
    const answer = statusOf("GET", "apis/catalog");
    assert.equal(await statusOf("DELETE", "apis/catalog"), 204);
    assert.deepEqual(arm.sent("GET"), []);

    release();
    assert.equal(await answer, 404);
  });

  it("writes only for who says who they are", async () => {
    assert.equal(await statusOf("PUT", "products/a", { displayName: "a" }, { authorization: "" }), 401);
  });
});

describe("ill", () => {
  for (const text of ["<a/>", '<a b="c"><d>e &amp; f</d><!-- g --></a>', "<a><![CDATA[<&]]></a>"]) {
    it(`has nothing against ${text}`, () => {
      assert.equal(ill(text), undefined);
    });
  }
  for (const text of [
    "",
    "a",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&</a>",
    "<a>\u0001</a>",
    "<a b=c/>",
    "<a>@(1 < 2)</a>",
  ]) {
    it(`finds what is wrong with ${JSON.stringify(text)}`, () => {
      assert.notEqual(ill(text), undefined);
    });
  }
});
