import assert from "node:assert/strict";
import {
  backendSource,
  contextNeeds,
  defaultIstioSettings,
  gatewayObjects,
  needsPlatform,
  platformObjects,
  readPlatform,
  routesOf,
  type AzureApimSettings,
  type OwnedObject,
} from "../../../components";
import { type ExposedApi } from "../../../spec";
import { type Json } from "../../spec/examples";
import {
  apiWith,
  context,
  documentOf,
  openOutcomeOf,
  outcomeOf,
  PATH,
  settings,
  withCluster,
  withIstio,
} from "./examples";
import { only } from "./policyChecks";

const podLabels = { app: "catalog" };
const HOST = "apis.cluster.example.com";
const mutualTls = { credentialName: "apim-client", certificateId: "/certificates/oda" };

function objectsOf(api: ExposedApi, of: AzureApimSettings): readonly OwnedObject[] {
  return gatewayObjects({ api, settings: of, context: { ...context, podLabels } });
}

function specOf(objects: readonly OwnedObject[], kind: string): Json {
  const [found, ...others] = objects.filter((object) => object.kind === kind);
  assert.ok(found !== undefined && others.length === 0, kind);
  return found.fields["spec"] as Json;
}

function namesOf(objects: readonly OwnedObject[]): readonly string[] {
  return objects.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
}

describe("the cluster's side of an API behind Azure API Management, with an Ingress", () => {
  it("is an Ingress, as TM Forum's operator makes it", () => {
    const [ingress, ...others] = objectsOf(apiWith(), settings);
    assert.deepEqual(others, []);
    assert.deepEqual(ingress, {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      namespace: "components",
      name: "apim-api-ingress-r1-catalog-api",
      fieldManager: "oda-api-apim",
      fields: {
        spec: {
          ingressClassName: "istio",
          rules: [
            {
              http: {
                paths: [
                  {
                    path: PATH,
                    pathType: "Prefix",
                    backend: { service: { name: "r1-prodcatapi", port: { number: 8080 } } },
                  },
                ],
              },
            },
          ],
        },
      },
    });
  });

  it("has the platform's class, host and certificate", () => {
    const of = withCluster({ className: "nginx", host: HOST, tlsSecretName: "apis-tls" });
    const spec = specOf(objectsOf(apiWith(), of), "Ingress");
    assert.equal(spec["ingressClassName"], "nginx");
    assert.equal((spec["rules"] as Json[])[0]?.["host"], HOST);
    assert.deepEqual(spec["tls"], [{ hosts: [HOST], secretName: "apis-tls" }]);
  });

  it("has an address that the Ingress has, or one of the settings, or the name in its certificate", () => {
    const ingress = { namespace: "components", name: "apim-api-ingress-r1-catalog-api" };
    const of = (changes: Json) => backendSource(apiWith(), withCluster(changes));
    assert.deepEqual(of({}), { from: "ingress", scheme: "http", ...ingress });
    assert.deepEqual(of({ tlsSecretName: "tls" }), { from: "ingress", scheme: "https", ...ingress });
    assert.deepEqual(of({ host: HOST }), { from: "ingress", scheme: "http", ...ingress });
    assert.deepEqual(of({ host: HOST, tlsSecretName: "tls" }), { from: "settings", url: `https://${HOST}` });
    assert.deepEqual(of({ address: "10.1.2.3", host: HOST }), { from: "settings", url: "http://10.1.2.3" });
  });

  it("is reached at an address of IPv6 as the platform file has it", () => {
    const { azureApim } = readPlatform(
      'azureApim: { cluster: { address: "[2001:db8::1]", host: "apis.example.com" } }',
    );
    const of = withCluster(azureApim.cluster);
    assert.deepEqual(backendSource(apiWith(), of), { from: "settings", url: "http://[2001:db8::1]" });
    assert.equal(only(documentOf(apiWith(), of), "set-header").children[0]?.text, "apis.example.com");
  });

  it("is found by its host, which requests have wherever they are sent", () => {
    const header = only(documentOf(apiWith(), withCluster({ host: HOST })), "set-header");
    assert.deepEqual(header.attributes, { name: "Host", "exists-action": "override" });
    assert.equal(header.children[0]?.text, HOST);
    const named = documentOf(apiWith(), withCluster({ host: HOST, tlsSecretName: "tls" }));
    assert.equal(named.includes("set-header"), false);
  });

  it("occupies the route of the Istio gateway, which serves an Ingress of the class istio", () => {
    const [behindIstio] = routesOf(apiWith(), defaultIstioSettings);
    const [, , here, ...others] = routesOf(apiWith(), settings);
    assert.deepEqual([here, others], [behindIstio, []]);
    assert.equal(routesOf(apiWith(), withCluster({ host: HOST }))[2]?.host, HOST);
    assert.equal(routesOf(apiWith(), withCluster({ className: "nginx" })).length, 2);
  });

  for (const policy of ["mtls", "networkPolicy"] as const) {
    it(`${policy} × azure-apim: not enforced behind an Ingress of another class than istio`, () => {
      const api = apiWith({}, { mtls: "strict", "network-policy": "gateway" });
      const of = withCluster({ className: "nginx" });
      assert.deepEqual(
        objectsOf(api, of).map(({ kind }) => kind),
        ["Ingress"],
      );
      assert.equal(contextNeeds(api, of).includes("podLabels"), false);
      const because = "needs requests to come from the Istio gateway, and the Ingress is of the class nginx";
      assert.deepEqual(outcomeOf(policy, api, of), { because });
    });
  }

  it("is told where requests may come past API Management, of each policy that is enforced there", () => {
    const api = apiWith(
      {
        CORS: { enabled: true },
        rateLimit: { enabled: true, limit: "5" },
        apiKeyVerification: { enabled: true, location: "header" },
      },
      { jwt: "keycloak" },
    );
    const without = "requests that come past API Management, by the cluster's gateway";
    const closed = [
      withCluster({ host: HOST, allowFrom: ["20.0.0.0/24"] }),
      withIstio({ host: HOST, allowFrom: ["20.0.0.0/24"] }),
      withIstio({ host: HOST, mutualTls }),
    ];
    for (const policy of ["CORS", "rateLimit", "apiKeyVerification", "jwt"] as const) {
      for (const of of [settings, withCluster({ isolate: true }), withIstio()])
        assert.equal(openOutcomeOf(policy, api, of).without, without, policy);
      for (const of of closed) assert.equal(openOutcomeOf(policy, api, of).without, undefined, policy);
    }
    const unenforced = openOutcomeOf("rateLimit", api, { ...settings, tier: "consumption" });
    assert.deepEqual(Object.keys(unenforced), ["because"]);
  });
});

describe("the cluster's side of an API behind Azure API Management, with the Istio gateway", () => {
  it("is a VirtualService without what API Management enforces", () => {
    const api = apiWith({ CORS: { enabled: true }, hostname: "catalog.example.com" }, { jwt: "keycloak" });
    const [virtualService, ...others] = objectsOf(api, withIstio());
    assert.deepEqual(others, []);
    assert.deepEqual(namesOf([virtualService!]), ["VirtualService components/apim-r1-catalog-api"]);
    assert.deepEqual(virtualService?.fields["spec"], {
      hosts: ["*"],
      gateways: ["component-gateway"],
      http: [
        {
          name: "components/apim-r1-catalog-api",
          match: [{ uri: { prefix: PATH } }],
          route: [{ destination: { host: "r1-prodcatapi", port: { number: 8080 } } }],
        },
      ],
    });
  });

  it("shares no object with the same API behind Istio, so that it may change gateways", () => {
    const api = apiWith({}, { mtls: "strict", "network-policy": "gateway" });
    const here = {
      api,
      settings: defaultIstioSettings,
      context: { podLabels, innerPaths: [`${PATH}/a`, `${PATH}/b`] },
    };
    const there = { ...here, settings: withIstio({ allowFrom: ["20.1.0.0/16"], host: HOST }) };
    const names = [...namesOf(gatewayObjects(here)), ...namesOf(gatewayObjects(there))];
    assert.equal(names.length, 9);
    assert.equal(new Set(names).size, names.length);
  });

  it("leaves tokens to API Management, where the gateway verifies some itself", () => {
    const issuer = { name: "keycloak", issuer: "https://id.example.com/realms/oda" };
    const of = withIstio({ istio: { ...defaultIstioSettings, jwt: [issuer] } });
    const filter = JSON.stringify(specOf(objectsOf(apiWith({}, { jwt: "keycloak" }), of), "EnvoyFilter"));
    assert.match(filter, /envoy\.filters\.http\.jwt_authn.*"disabled":true/);
  });

  it("has the platform's host, and not that of the API", () => {
    const api = apiWith({ hostname: "catalog.example.com" });
    const of = withIstio({
      host: HOST,
      istio: { ...defaultIstioSettings, publicHostname: "www.example.com" },
    });
    assert.deepEqual(specOf(objectsOf(api, of), "VirtualService")["hosts"], [HOST]);
    assert.deepEqual(routesOf(api, of).at(-1), { gateway: "component-gateway", host: HOST, path: PATH });
  });

  it("has the address of the gateway's Service, one of the settings, or the name in its certificate", () => {
    const of = (changes: Json) => backendSource(apiWith(), withIstio(changes));
    assert.deepEqual(of({}), { from: "gateway", scheme: "http" });
    assert.deepEqual(of({ tls: true }), { from: "gateway", scheme: "https" });
    assert.deepEqual(of({ tls: true, host: HOST }), { from: "settings", url: `https://${HOST}` });
    const istio = { ...defaultIstioSettings, tls: { port: 8443 } };
    assert.deepEqual(of({ host: HOST, mutualTls, istio }), { from: "settings", url: `https://${HOST}:8443` });
  });

  it("needs to know longer paths of other APIs, which an Ingress does not", () => {
    assert.deepEqual(contextNeeds(apiWith(), withIstio()), ["innerPaths", "backend", "versionSetHolder"]);
    assert.deepEqual(contextNeeds(apiWith(), settings), ["backend", "versionSetHolder"]);
  });
});

describe("who gets at an API in the cluster, but API Management", () => {
  it("is nobody without its certificate, where the platform asks for one", () => {
    const of = withIstio({ host: HOST, mutualTls });
    assert.deepEqual(specOf(objectsOf(apiWith(), of), "VirtualService")["gateways"], [
      "istio-ingress/oda-api-azure-apim",
    ]);
    const [gateway, ...others] = platformObjects(of);
    assert.deepEqual(others, []);
    assert.deepEqual(gateway, {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      namespace: "istio-ingress",
      name: "oda-api-azure-apim",
      fieldManager: "oda-api-platform",
      fields: {
        spec: {
          selector: { istio: "ingressgateway" },
          servers: [
            {
              port: { number: 443, name: "https-azure-apim", protocol: "HTTPS" },
              hosts: [HOST],
              tls: { mode: "MUTUAL", credentialName: "apim-client" },
            },
          ],
        },
      },
    });
    assert.equal(needsPlatform(apiWith(), of), true);
  });

  it("is nobody from other addresses, where the platform names those of API Management", () => {
    for (const of of bothWays({ host: HOST, allowFrom: ["20.1.0.0/16"] })) {
      assert.deepEqual(specOf(objectsOf(apiWith(), of), "AuthorizationPolicy"), {
        selector: { matchLabels: { istio: "ingressgateway" } },
        action: "DENY",
        rules: [
          {
            from: [{ source: { notRemoteIpBlocks: ["20.1.0.0/16"] } }],
            to: [{ operation: { hosts: [HOST, `${HOST}:*`], paths: [`${PATH}*`] } }],
          },
        ],
      });
    }
  });

  it("is not asked at an Istio gateway where another controller serves the Ingress", () => {
    const of = withCluster({ className: "nginx", host: HOST, allowFrom: ["20.1.0.0/16"] });
    assert.deepEqual(namesOf(objectsOf(apiWith(), of)), [
      "Ingress components/apim-api-ingress-r1-catalog-api",
    ]);
  });

  it("mtls × azure-apim: the sidecars of the implementation take it, as behind Istio", () => {
    for (const of of bothWays({})) {
      const api = apiWith({}, { mtls: "strict" });
      const spec = specOf(objectsOf(api, of), "PeerAuthentication");
      assert.deepEqual(spec, { selector: { matchLabels: podLabels }, mtls: { mode: "STRICT" } });
      assert.deepEqual(outcomeOf("mtls", api, of, { ...context, podLabels }), {
        enforcedBy: "PeerAuthentication components/apim-r1-catalog-api",
      });
    }
  });

  it("mtls × azure-apim: not enforced where the Service has no selector or is not there", () => {
    const { because } = outcomeOf("mtls", apiWith({}, { mtls: "strict" }), settings, context);
    assert.match(because ?? "", /^needs to know the Pods/);
  });

  it("networkPolicy × azure-apim: only the gateway's Pods and the given blocks reach the implementation's", () => {
    for (const of of bothWays({})) {
      const api = apiWith({}, { "network-policy": "10.20.0.0/16" });
      const { ingress } = specOf(objectsOf(api, of), "NetworkPolicy") as { ingress: { from: Json[] }[] };
      assert.deepEqual(ingress[0]?.from.at(-1), { ipBlock: { cidr: "10.20.0.0/16" } });
      assert.match(
        outcomeOf("networkPolicy", api, of, { ...context, podLabels }).enforcedBy ?? "",
        /^NetworkPolicy components\/apim-r1-catalog-api, where/,
      );
    }
  });

  it("networkPolicy × azure-apim: the gateway's Pods alone where the platform isolates all, unless the API says", () => {
    for (const of of bothWays({ isolate: true })) {
      const from = (api: ExposedApi) =>
        (specOf(objectsOf(api, of), "NetworkPolicy") as { ingress: { from: Json[] }[] }).ingress[0]?.from
          .length;
      assert.equal(from(apiWith()), 1);
      assert.equal(from(apiWith({}, { "network-policy": "10.20.0.0/16" })), 2);
      assert.match(
        outcomeOf("networkPolicy", apiWith(), of, context).because ?? "",
        /^needs to know the Pods/,
      );
      assert.ok(contextNeeds(apiWith(), of).includes("podLabels"));
    }
  });
});

/** Settings of both ways into the cluster. */
function bothWays(changes: Json): readonly AzureApimSettings[] {
  return [withCluster(changes), withIstio(changes)];
}
