import assert from "node:assert/strict";
import { selfSigned, send, type ClientRequest, type ClientResponse } from "../../dev/dataPlane";
import { until } from "../../dev/until";
import { useGateway } from "./support/gateway";
import { tlsSecret } from "./support/manifests";
import { CERTIFIED_DOMAIN, CERTIFIED_HOST } from "./support/world";

describe("TLS for the host names of APIs, at a real Istio gateway,", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  /** Sends a request to the port with TLS; the client trusts `ca` alone, by default the platform's certificate. */
  const get = (path: string, host: string, request: Partial<ClientRequest> = {}): Promise<ClientResponse> =>
    send({ port: world().dataPlane.ports.https, path, host, ca: world().certificate, ...request });

  const untilStatus = (status: number, ...args: Parameters<typeof get>): Promise<ClientResponse> =>
    until(`https://${args[1]}${args[0]} is answered with ${status}`, async () => {
      const response = await get(...args);
      return response.status === status ? response : undefined;
    });

  it("has the platform's certificate where that is for the host", async () => {
    await expose("certified", { spec: { hostname: CERTIFIED_HOST, path: "/certified" } });
    const { body } = await untilStatus(200, "/certified", CERTIFIED_HOST);
    assert.match(body, /"implementation":"certified"/);
    assert.equal((await get("/other", CERTIFIED_HOST)).status, 404);
    assert.equal(await traffic.answeredBy("/certified", { host: CERTIFIED_HOST }), "certified");
  });

  it("has the platform's certificate for every host of a domain", async () => {
    const host = `a.${CERTIFIED_DOMAIN}`;
    await expose("wild", { spec: { hostname: host } });
    const { body } = await untilStatus(200, "/wild", host);
    assert.match(body, /"implementation":"wild"/);
    await expose("every-host");
    await untilStatus(200, "/every-host", `b.${CERTIFIED_DOMAIN}`);
    assert.equal((await get("/wild", `b.${CERTIFIED_DOMAIN}`)).status, 404);
    assert.equal((await get("/every-host", host)).status, 404);
  });

  it("has a certificate of its own from cert-manager where the platform has none", async () => {
    const host = "own.example.org";
    const exposure = await expose("own-host", { spec: { hostname: host, path: "/own" } });
    const [certificate] = exposure.ofKind("Certificate");
    const { secretName, dnsNames } = certificate?.spec as { secretName: string; dnsNames: string[] };
    assert.deepEqual(dnsNames, [host]);
    const issued = selfSigned(host);
    await world().objects.apply([tlsSecret(certificate?.metadata?.namespace ?? "", secretName, issued)]);
    const { body } = await untilStatus(200, "/own", host, { ca: issued.cert });
    assert.match(body, /"implementation":"own-host"/);
    // The other certificate stays the one of its host.
    assert.equal((await get("/certified", CERTIFIED_HOST)).status, 200);
    await assert.rejects(get("/certified", CERTIFIED_HOST, { ca: issued.cert }));
    await assert.rejects(get("/own", host));
  });

  it("is not there for a host that no API has", async () => {
    await assert.rejects(get("/certified", "stranger.example.org"));
  });

  it("enforces the policies of the API as without", async () => {
    const rateLimit = { enabled: true, limit: "2", interval: "pm" };
    await expose("certified-jwt", {
      spec: { hostname: CERTIFIED_HOST, path: "/guarded", rateLimit },
      annotations: { "oda.tmforum.org/jwt": "staff" },
    });
    await untilStatus(403, "/guarded", CERTIFIED_HOST);
    const request = { headers: world().issuers.staff.bearer(), from: "127.0.0.2" };
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) {
      statuses.push((await get("/guarded", CERTIFIED_HOST, request)).status);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
  });

  it("goes on for other hosts, with new policies, while a certificate is not there yet", async () => {
    await expose("waiting", { spec: { hostname: "waiting.example.org", path: "/waiting" } });
    const changing = await expose("changing", { spec: { hostname: CERTIFIED_HOST, path: "/changing" } });
    await untilStatus(200, "/changing", CERTIFIED_HOST);
    await changing.change({
      spec: { hostname: CERTIFIED_HOST, path: "/changing" },
      annotations: { "oda.tmforum.org/jwt": "staff" },
    });
    await untilStatus(403, "/changing", CERTIFIED_HOST);
    await assert.rejects(get("/waiting", "waiting.example.org"));
  });
});
