import assert from "node:assert/strict";
import {
  defaultIstioSettings,
  needsPlatform,
  platformObjects,
  type IstioSettings,
} from "../../../components";
import { type Json } from "../../spec/examples";
import { apiWith, idsOf, objectsOf, specOf } from "./examples";

const certificates = [
  { hosts: ["*.api.example.com"], secretName: "wildcard" },
  { hosts: ["shop.example.com"], secretName: "shop" },
];
const certManager = { issuer: "letsencrypt", kind: "ClusterIssuer" } as const;
const withTls = (tls: NonNullable<IstioSettings["tls"]>): IstioSettings => ({ ...defaultIstioSettings, tls });

/** Gateways that the route of an API with this host name is bound to. */
function gatewaysOf(hostname: string | undefined, settings: IstioSettings, context = {}): unknown {
  const api = apiWith(hostname === undefined ? {} : { hostname });
  return specOf(objectsOf(api, settings, context), "VirtualService")["gateways"];
}

describe("TLS behind Istio", () => {
  it("hostname × istio: Gateways for the certificates of the platform, which all APIs share", () => {
    const settings = withTls({ certificates });
    const gateways = platformObjects(settings).filter(({ kind }) => kind === "Gateway");

    assert.deepEqual(idsOf(gateways), [
      "Gateway istio-ingress/oda-api",
      "Gateway istio-ingress/oda-api-wildcard",
    ]);
    assert.deepEqual(specOf(gateways, "Gateway", "wildcard"), {
      selector: { istio: "ingressgateway" },
      servers: [
        {
          port: { number: 443, name: "https-0", protocol: "HTTPS" },
          hosts: ["*.api.example.com"],
          tls: { mode: "SIMPLE", credentialName: "wildcard" },
        },
      ],
    });
    const [server] = specOf(gateways, "Gateway", "oda-api")["servers"] as Json[];
    assert.deepEqual(
      [server?.["hosts"], server?.["tls"]],
      [["shop.example.com"], { mode: "SIMPLE", credentialName: "shop" }],
    );
    assert.deepEqual(gatewaysOf("catalog.api.example.com", settings), [
      "component-gateway",
      "istio-ingress/oda-api-wildcard",
    ]);
    assert.deepEqual(gatewaysOf("shop.example.com", settings), [
      "component-gateway",
      "istio-ingress/oda-api",
    ]);
  });

  it("has one server for each certificate, and each host at the Gateway of its sort", () => {
    const mixed = [
      { hosts: ["*.a.example", "a.example"], secretName: "first" },
      { hosts: ["*.b.example"], secretName: "second" },
    ];
    const gateways = platformObjects(withTls({ certificates: mixed })).filter(
      ({ kind }) => kind === "Gateway",
    );
    const serversOf = (ending: string): unknown =>
      (specOf(gateways, "Gateway", ending)["servers"] as { port: Json; hosts: string[] }[]).map(
        ({ port, hosts }) => [port["name"], ...hosts],
      );
    assert.deepEqual(serversOf("oda-api"), [["https-0", "a.example"]]);
    assert.deepEqual(serversOf("wildcard"), [
      ["https-0", "*.a.example"],
      ["https-1", "*.b.example"],
    ]);
  });

  it("keeps APIs on every host reachable on hosts that only a wildcard is for", () => {
    assert.deepEqual(gatewaysOf(undefined, withTls({ certificates })), [
      "component-gateway",
      "istio-ingress/oda-api-wildcard",
    ]);
  });

  it("hostname × istio: a wildcard of a certificate stands for one label", () => {
    for (const hostname of ["api.example.com", "a.b.api.example.com", "www.shop.example.com"]) {
      assert.deepEqual(gatewaysOf(hostname, withTls({ certificates })), ["component-gateway"], hostname);
    }
  });

  it("hostname × istio: a Gateway and a certificate of cert-manager for a host that no certificate covers", () => {
    const settings = withTls({ certificates, certManager, port: 8443 });
    const objects = objectsOf(apiWith({ hostname: "new.example.com" }), settings);

    assert.deepEqual(idsOf(objects), [
      "VirtualService components/r1-catalog-api",
      "Gateway istio-ingress/components-r1-catalog-api-7eedad131c182ecf3be1ac63",
      "Certificate istio-ingress/components.r1-catalog-api",
    ]);
    assert.deepEqual(specOf(objects, "VirtualService")["gateways"], [
      "component-gateway",
      "istio-ingress/components-r1-catalog-api-7eedad131c182ecf3be1ac63",
    ]);
    const [server] = specOf(objects, "Gateway")["servers"] as Json[];
    assert.deepEqual(server, {
      port: { number: 8443, name: "https-0", protocol: "HTTPS" },
      hosts: ["new.example.com"],
      tls: { mode: "SIMPLE", credentialName: "components.r1-catalog-api.oda-tls" },
    });
    assert.deepEqual(specOf(objects, "Certificate"), {
      secretName: "components.r1-catalog-api.oda-tls",
      dnsNames: ["new.example.com"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt" },
    });
  });

  it("names each Gateway with one DNS label, another one for each API", () => {
    const settings = withTls({ certManager });
    const named = [`a.b`, `a-b`, `a.${"b".repeat(200)}`].flatMap((name) =>
      (["ExposedAPI", "API"] as const).map((kind) => ({ kind, name })),
    );
    const names = named.map((identity) => {
      const objects = objectsOf({ ...apiWith({ hostname: "new.example.com" }), ...identity }, settings);
      return objects.find(({ kind }) => kind === "Gateway")?.name ?? "";
    });

    for (const name of names) assert.match(name, /^[a-z0-9][-a-z0-9]{0,37}-[0-9a-f]{24}$/);
    assert.equal(new Set(names).size, names.length);
  });

  it("makes no certificate for a host of one label, which Istio does not take", () => {
    const objects = objectsOf(apiWith({ hostname: "intranet" }), withTls({ certManager }));

    assert.deepEqual(idsOf(objects), ["VirtualService components/r1-catalog-api"]);
  });

  it("binds to another API's Gateway where that one holds the host", () => {
    const settings = withTls({ certManager });
    const context = { hostHolder: { kind: "ExposedAPI", namespace: "shop", name: "first" } } as const;
    const objects = objectsOf(apiWith({ hostname: "new.example.com" }), settings, context);

    assert.deepEqual(idsOf(objects), ["VirtualService components/r1-catalog-api"]);
    assert.deepEqual(gatewaysOf("new.example.com", settings, context), [
      "component-gateway",
      "istio-ingress/shop-first-599cd81e87bbdcce8e19896e",
    ]);
  });

  it("binds to the Gateway of an object of the older kind where that one holds the host", () => {
    const settings = withTls({ certManager });
    const hostHolder = { kind: "API", namespace: "shop", name: "first" } as const;
    const holder = objectsOf({ ...apiWith({ hostname: "new.example.com" }), ...hostHolder }, settings);
    const gateway = holder.find(({ kind }) => kind === "Gateway")?.name ?? "";
    assert.deepEqual(gatewaysOf("new.example.com", settings, { hostHolder }), [
      "component-gateway",
      `istio-ingress/${gateway}`,
    ]);
  });

  it("leaves the host of the platform itself to its own Gateway", () => {
    const settings = { ...withTls({ certManager }), publicHostname: "public.example.com" };
    assert.deepEqual(gatewaysOf(undefined, settings), ["component-gateway"]);
  });

  it("declares nothing where the platform says nothing of TLS", () => {
    const objects = objectsOf(apiWith({ hostname: "new.example.com" }));
    assert.deepEqual(idsOf(objects), ["VirtualService components/r1-catalog-api"]);
    assert.deepEqual(gatewaysOf("new.example.com", withTls({ certificates })), ["component-gateway"]);
    assert.equal(
      platformObjects(withTls({ certManager })).some(({ kind }) => kind === "Gateway"),
      false,
    );
  });

  it("needs the objects that all APIs share wherever its route is bound to one of their Gateways", () => {
    const [wildcard, name] = certificates.map((each) => withTls({ certificates: [each], certManager }));
    const cases: readonly (readonly [string | undefined, IstioSettings | undefined, boolean])[] = [
      ["shop.example.com", name, true],
      ["catalog.api.example.com", wildcard, true],
      ["new.example.com", name, false],
      [undefined, name, false],
      [undefined, wildcard, true],
    ];
    for (const [hostname, settings = defaultIstioSettings, expected] of cases) {
      assert.equal(needsPlatform(apiWith(hostname === undefined ? {} : { hostname }), settings), expected);
    }
  });

  it("needs them for the platform's public host name, where that has a certificate", () => {
    const settings = { ...withTls({ certificates }), publicHostname: "shop.example.com" };
    assert.deepEqual(gatewaysOf(undefined, settings), ["component-gateway", "istio-ingress/oda-api"]);
    assert.equal(needsPlatform(apiWith({}), settings), true);
    assert.equal(needsPlatform(apiWith({}), { ...settings, publicHostname: "other.example.com" }), false);
  });
});
