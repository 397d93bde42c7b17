import assert from "node:assert/strict";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { serve, type LoopbackServer } from "../../../dev/dataPlane/loopbackServer";
import { TransientError } from "../../../stack";
import { changedEntities, EntityTags, type EntityTagsOptions } from "../../../stack/azure/etags";
import { resolveSettings } from "../../../stack/azure/resolveSettings";
import { istio, SUBSCRIPTION, whole } from "./examples";

const settings = resolveSettings({ ...whole, resourceGroup: "oda (rg)" }, {}, undefined, istio);

const API =
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/oda%20(rg)/providers/Microsoft.ApiManagement` +
  "/service/oda-apim/apis/r1-catalog-api";

describe("EntityTags", () => {
  let server: LoopbackServer;
  let requests: string[];
  /** Entity tags by path; a path that is missing is answered with 404. */
  let tags: Map<string, string>;
  let answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  beforeEach(async () => {
    requests = [];
    tags = new Map([
      [API, '"AAA"'],
      [`${API}/policies/policy`, '"BBB"'],
    ]);
    answer = undefined;
    server = await serve((request, response) => {
      requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
      if (answer?.(request, response) === true) return;
      const tag = tags.get((request.url ?? "").split("?")[0] ?? "");
      if (tag !== undefined) response.setHeader("etag", tag);
      response.writeHead(tag === undefined ? 404 : 200).end();
    });
  });
  afterEach(() => server.close());

  function entityTags(options: EntityTagsOptions = {}): EntityTags {
    return new EntityTags({
      endpoint: `http://127.0.0.1:${server.port}`,
      allowInsecure: true,
      retryOptions: { maxRetries: 1, retryDelayInMs: 1 },
      ...options,
    });
  }

  function answerWith(
    status: number,
    headers: Readonly<Record<string, string>> = {},
    times = Infinity,
  ): void {
    let left = times;
    answer = (_, response) => {
      left -= 1;
      if (left >= 0) response.writeHead(status, headers).end();
      return left >= 0;
    };
  }

  async function failure(tagsOfApi = entityTags(), signal?: AbortSignal): Promise<TransientError> {
    const error: unknown = await tagsOfApi.read(settings, "r1-catalog-api", signal).then(
      () => assert.fail("the tags were read"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof TransientError, String(error));
    return error;
  }

  it("asks for the tags of the API and its policy, without their contents", async () => {
    assert.deepEqual(await entityTags().read(settings, "r1-catalog-api"), { api: '"AAA"', policy: '"BBB"' });
    assert.deepEqual(
      [...requests].sort(),
      [`${API}/policies/policy`, API].map((path) => `HEAD ${path}?api-version=2024-05-01`),
    );
  });

  it("says of an entity that does not exist that it has none", async () => {
    tags.delete(`${API}/policies/policy`);
    assert.deepEqual(await entityTags().read(settings, "r1-catalog-api"), { api: '"AAA"' });
    assert.deepEqual(await entityTags().read(settings, "another"), {});
  });

  it("asks again after the time that a Retry-After says", async () => {
    answerWith(429, { "retry-after": "1" }, 1);
    const from = performance.now();
    assert.equal((await entityTags().read(settings, "r1-catalog-api")).api, '"AAA"');
    assert.ok(performance.now() - from >= 990);
  });

  for (const [status, reason] of [
    [401, "GatewayUnauthorized"],
    [403, "GatewayUnauthorized"],
    [429, "GatewayUnavailable"],
    [500, "GatewayUnavailable"],
    [503, "GatewayUnavailable"],
    [400, "GatewayRejected"],
  ] as const) {
    it(`takes status ${status} for ${reason}`, async () => {
      answerWith(status);
      const error = await failure();
      assert.equal(error.reason, reason);
      assert.equal(
        error.message,
        "the entity tag of the API r1-catalog-api of API Management oda-apim cannot be read: " +
          `Azure Resource Manager answered with status ${status}`,
      );
    });
  }

  it("takes a service that cannot be reached for unavailable", async () => {
    const { port } = server;
    await server.close();
    const error = await failure(entityTags({ endpoint: `http://127.0.0.1:${port}` }));
    assert.equal(error.reason, "GatewayUnavailable");
    assert.match(error.message, /ECONNREFUSED/);
  });

  it("waits for a slow service no longer than its deadline, also for a Retry-After", async () => {
    answer = () => true;
    const slow = await failure(entityTags({ deadline: 50 }));
    assert.equal(slow.reason, "GatewayUnavailable");
    assert.match(slow.message, /did not answer in time$/);
    answerWith(429, { "retry-after": "3600" });
    assert.equal((await failure(entityTags({ deadline: 50 }))).reason, "GatewayUnavailable");
  });

  it("ends with its caller", async () => {
    answer = () => true;
    assert.equal((await failure(entityTags(), AbortSignal.timeout(20))).reason, "GatewayUnavailable");
  });

  it("says that there is no identity to ask with", async () => {
    const none = Object.assign(new Error("DefaultAzureCredential: none\nmore"), {
      name: "AggregateAuthenticationError",
    });
    const scopes: unknown[] = [];
    const credential = {
      getToken: (scope: unknown) => {
        scopes.push(scope);
        return Promise.reject(none);
      },
    };
    const error = await failure(entityTags({ endpoint: "https://management.example", credential }));
    assert.equal(error.reason, "GatewayUnauthorized");
    assert.match(error.message, /cannot be read: no identity: DefaultAzureCredential: none$/);
    assert.deepEqual(scopes[0], ["https://management.example/.default"]);
  });

  it("sends no token where others could read it", async () => {
    const credential = { getToken: () => assert.fail("a token was asked for") };
    let authorization: string | undefined = "not seen";
    answer = ({ headers }) => {
      authorization = headers.authorization;
      return false;
    };
    await entityTags({ credential }).read(settings, "r1-catalog-api");
    assert.equal(authorization, undefined);
    assert.match((await failure(entityTags({ credential, allowInsecure: false }))).message, /insecure|http/i);
  });
});

describe("changedEntities", () => {
  it("names the entities that are others, gone or new", () => {
    const before = { api: "1", policy: "1" };
    assert.deepEqual(changedEntities(before, { ...before }), []);
    assert.deepEqual(changedEntities(before, { api: "2", policy: "1" }), ["Api"]);
    assert.deepEqual(changedEntities(before, { api: "1" }), ["ApiPolicy"]);
    assert.deepEqual(changedEntities({}, before), ["Api", "ApiPolicy"]);
  });
});
