import assert from "node:assert/strict";
import fc from "fast-check";
import { objectId, platformObjects, type ApiContext, type OwnedObject } from "../../../components";
import { type ExposedApi } from "../../../spec";
import { applies, passesRoute, routed, routeNameOf, type Request } from "./envoyModel";
import { apiWith, guarded, keycloak, objectsOf, partner, patchesOf } from "./examples";
import { type Json } from "../../spec/examples";

const PATHS = ["/", "/a", "/ab", "/a/b", "/a/b/c", "/a/d", "/a/d*", "/z"];
const HOSTS = [undefined, "one.example", "two.example"];
const platform = platformObjects(guarded);

const wish = fc.record({
  path: fc.constantFrom(...PATHS),
  hostname: fc.constantFrom(...HOSTS),
  jwt: fc.constantFrom("none", "keycloak", "partner", "keycloak,partner"),
  apiKey: fc.boolean(),
  limit: fc.boolean(),
  preflights: fc.boolean(),
});

/** APIs in the order of their age, of which no two ask for one route. */
const apiSets = fc
  .uniqueArray(wish, {
    selector: ({ path, hostname }) => `${hostname ?? "*"}${path}`,
    minLength: 2,
    maxLength: 8,
  })
  .map((wishes) =>
    wishes.map(({ path, hostname, jwt, apiKey, limit, preflights }, index) =>
      apiWith(
        {
          path,
          ...(hostname === undefined ? {} : { hostname }),
          CORS: { enabled: !preflights, handlePreflightRequests: { enabled: preflights } },
          apiKeyVerification: { enabled: apiKey },
          rateLimit: { enabled: limit, limit: 5 },
        },
        { jwt },
        { name: `api-${index}`, namespace: index % 2 === 0 ? "even" : "odd" },
      ),
    ),
  );

const requests = fc.record({
  authority: fc.constantFrom(
    "one.example",
    "One.Example:443",
    "two.example:8080",
    "one.example:1:2",
    "one.example:",
    "10.0.0.1",
  ),
  path: fc.constantFrom("/", "/a", "/ab/x", "/a/b", "/a/bc", "/a/b/c?x=/a/d", "/a/d", "/a/d*", "/z/z", "/q"),
});

/** What the watcher tells of each API. */
function contextOf(api: ExposedApi, all: readonly ExposedApi[]): ApiContext {
  const others = all.filter((other) => other !== api);
  const inner = others.filter(({ hostname, path }) => hostname === api.hostname && path.startsWith(api.path));
  const hosts = others.flatMap(({ hostname }) => (hostname === undefined ? [] : [hostname]));
  return { innerPaths: inner.map(({ path }) => path), otherHosts: [...new Set(hosts)] };
}

function nameOf({ namespace, name }: ExposedApi): string {
  return `${namespace}/${name}`;
}

/** What is declared for each API of a set, in the set's order. */
function declaredFor(apis: readonly ExposedApi[]): readonly (readonly OwnedObject[])[] {
  return apis.map((api) => objectsOf(api, guarded, contextOf(api, apis)));
}

/** For each API of a set: whether it asks who calls, and whether what it declares applies to a request. */
function guardsOf(apis: readonly ExposedApi[], request: Request) {
  const declared = declaredFor(apis);
  return apis.map((api, index) => {
    const policies = (declared[index] ?? []).filter(({ kind }) => kind === "AuthorizationPolicy");
    const asked = (api.jwt.length > 0 ? 1 : 0) + (api.apiKeyVerification.enabled ? 1 : 0);
    const applying = policies.filter((policy) => applies(policy, request)).length;
    return { name: nameOf(api), asked, applying };
  });
}

describe("APIs behind one gateway", () => {
  it("share no object and no name of a route", () => {
    fc.assert(
      fc.property(apiSets, (apis) => {
        const ids = declaredFor(apis).flatMap((objects) => objects.map(objectId));
        assert.equal(new Set(ids).size, ids.length);
      }),
    );
  });

  it("patch their own route and no other", () => {
    fc.assert(
      fc.property(apiSets, (apis) => {
        declaredFor(apis).forEach((objects, index) => {
          const api = apis[index];
          for (const { kind, fields } of objects) {
            if (kind !== "EnvoyFilter") continue;
            for (const { applyTo, match } of patchesOf(fields["spec"] as Json)) {
              assert.deepEqual([applyTo, routeNameOf(match)], ["HTTP_ROUTE", api && nameOf(api)]);
            }
          }
        });
      }),
    );
  });

  for (const hosts of [["*"], ["one.example", "two.example"]]) {
    it(`get no request unchecked that they want checked, at a gateway for ${hosts.join(" and ")}`, () => {
      fc.assert(
        fc.property(apiSets, requests, fc.nat(8), (apis, request, missing) => {
          const present = declaredFor(apis).filter((_, index) => index !== missing);
          const receiver = routed(present.flat(), hosts, request);
          const guard = guardsOf(apis, request).find(({ name }) => name === receiver);
          assert.equal(guard?.applying, guard?.asked);
        }),
        { numRuns: 1000 },
      );
    });
  }

  it("get none without a token of their providers, also where no AuthorizationPolicy is in force yet", () => {
    fc.assert(
      fc.property(apiSets, requests, fc.nat(8), (apis, request, missing) => {
        const present = declaredFor(apis)
          .filter((_, index) => index !== missing)
          .flat();
        const receiver = routed(present, ["*"], request);
        const { jwt = [] } = apis.find((api) => nameOf(api) === receiver) ?? {};
        fc.pre(receiver !== undefined);
        const tokens = [undefined, keycloak, partner];
        const taken = tokens.filter((of) => passesRoute(present, platform, receiver, of?.issuer));
        const wanted = tokens.filter((of) => jwt.length === 0 || (of !== undefined && jwt.includes(of.name)));
        assert.deepEqual(taken, wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it("have no request of theirs checked for another API", () => {
    fc.assert(
      fc.property(apiSets, requests, (apis, request) => {
        fc.pre(!/:.*:|:$/.test(request.authority)); // no port
        const receiver = routed(declaredFor(apis).flat(), ["*"], request);
        fc.pre(receiver !== undefined);
        const others = guardsOf(apis, request).filter(({ name }) => name !== receiver);
        assert.deepEqual(
          others.filter(({ applying }) => applying > 0),
          [],
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("get the request for the longest of the paths it begins with, whatever their age", () => {
    fc.assert(
      fc.property(apiSets, requests, (apis, request) => {
        const authority = request.authority.toLowerCase().replace(/:[^:]*$/, "");
        const named = apis.filter(({ hostname }) => hostname === authority);
        const onHost = named.length > 0 ? named : apis.filter(({ hostname }) => hostname === undefined);
        const longest = onHost
          .filter(({ path }) => request.path.startsWith(path))
          .sort((a, b) => b.path.length - a.path.length)[0];
        assert.equal(
          routed(declaredFor(apis).flat(), ["*"], request),
          longest === undefined ? undefined : nameOf(longest),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
