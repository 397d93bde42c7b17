import assert from "node:assert/strict";
import { selfSigned, send, type ClientResponse } from "../../dev/dataPlane";
import { until } from "../../dev/until";
import { useGateway } from "./support/gateway";
import { tlsSecret } from "./support/manifests";
import { CERTIFIED_HOST } from "./support/world";

describe("TLS for the host names of APIs, at a real Istio gateway,", function () {
  this.timeout(60_000);
  const { world, traffic, expose } = useGateway();

  const get = (path: string, host: string, ca: string): Promise<ClientResponse> =>
    send({ port: world().dataPlane.ports.https, path, host, ca });

  const untilServed = (path: string, host: string, ca: string): Promise<ClientResponse> =>
    until(`https://${host}${path} is served`, async () => {
      const response = await get(path, host, ca);
      return response.status === 200 ? response : undefined;
    });

  it("has the platform's certificate where that is for the host", async () => {
    await expose("certified", { spec: { hostname: CERTIFIED_HOST, path: "/certified" } });
    const { body } = await untilServed("/certified", CERTIFIED_HOST, world().certificate);
    assert.match(body, /"implementation":"certified"/);
    assert.equal((await get("/other", CERTIFIED_HOST, world().certificate)).status, 404);
    assert.equal(await traffic.answeredBy("/certified", { host: CERTIFIED_HOST }), "certified");
  });

  it("has a certificate of its own from cert-manager where the platform has none", async () => {
    const host = "own.example.org";
    await expose("own-host", { spec: { hostname: host, path: "/own" } });
    const certificate = selfSigned(host);
    const { objects, dataPlane } = world();
    const secretName = await secretOf("components.own-host");
    await objects.apply([tlsSecret(dataPlane.workload.namespace, secretName, certificate)]);
    const { body } = await untilServed("/own", host, certificate.cert);
    assert.match(body, /"implementation":"own-host"/);
    // The other certificate stays the one of its host.
    await assert.rejects(get("/certified", CERTIFIED_HOST, certificate.cert));
    await assert.rejects(get("/own", host, world().certificate));
  });

  it("is not there for a host that no API has", async () => {
    await assert.rejects(get("/certified", "stranger.example.org", world().certificate));
  });

  it("enforces the policies of the API as without", async () => {
    await expose("certified-jwt", {
      spec: {
        hostname: CERTIFIED_HOST,
        path: "/certified-jwt",
        rateLimit: { enabled: true, limit: "2", interval: "pm" },
      },
      annotations: { "oda.tmforum.org/jwt": "staff" },
    });
    const port = world().dataPlane.ports.https;
    const request = { port, path: "/certified-jwt", host: CERTIFIED_HOST, ca: world().certificate };
    await until("a token is asked for", async () => (await send(request)).status === 403);
    const headers = world().issuers.staff.bearer();
    const from = "127.0.0.2";
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) statuses.push((await send({ ...request, headers, from })).status);
    assert.deepEqual(statuses, [200, 200, 429]);
  });

  /** Name of the Secret that a Certificate asks for. */
  async function secretOf(certificate: string): Promise<string> {
    const { objects, dataPlane } = world();
    const found = await objects.read({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: certificate, namespace: dataPlane.workload.namespace },
    });
    return (found.spec as { readonly secretName: string }).secretName;
  }
});
