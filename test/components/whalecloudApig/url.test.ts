import assert from "node:assert/strict";
import { publicUrl, routesOf, routeText, specErrors } from "../../../components";
import { formatFieldError } from "../../../spec";
import { apig, documented, PATH } from "./examples";

const ingress = { host: "api.example.com", scheme: "http" } as const;

describe("an API behind the WhaleCloud API gateway", () => {
  it("hostname × whalecloud-apig: part of the URL, and not told to the gateway", () => {
    const api = documented({ hostname: "shop.example.com" });
    assert.deepEqual(publicUrl(api, apig, ingress), {
      url: `http://shop.example.com${PATH}`,
      ip: "api.example.com",
    });
    assert.deepEqual(routesOf(api, apig), routesOf(documented(), apig));
  });

  it("path × whalecloud-apig: bound as it is, for one API on all hosts", () => {
    const [route] = routesOf(documented(), apig);
    assert.deepEqual(route, {
      gateway: "whalecloud-apig/apig-operator-uportal.components:8080",
      host: "*",
      path: PATH,
    });
  });

  it("has the address of the Ingress in its URL, and its scheme", () => {
    assert.deepEqual(publicUrl(documented(), apig, ingress), {
      url: `http://api.example.com${PATH}`,
      ip: "api.example.com",
    });
    assert.deepEqual(publicUrl(documented(), apig, { host: "2001:db8::1", port: 8443, scheme: "https" }), {
      url: `https://[2001:db8::1]:8443${PATH}`,
      ip: "2001:db8::1",
    });
  });

  it("has plain HTTP where nothing says that the Ingress has TLS, as with TM Forum's operator", () => {
    assert.deepEqual(publicUrl(documented(), apig, { host: "10.0.0.1" }), {
      url: `http://10.0.0.1${PATH}`,
      ip: "10.0.0.1",
    });
  });

  it("has no URL while the Ingress has no address, or none is configured", () => {
    const { type, endpoint, mock, timeout } = apig;
    const without = { type, endpoint, mock, timeout };
    assert.deepEqual(publicUrl(documented(), apig, undefined), {
      unknown: "the Ingress components/apig-operator-uportal has no address",
    });
    assert.deepEqual(publicUrl(documented(), without, undefined), {
      unknown: "no Ingress is configured that clients reach the gateway at (APIG_INGRESS)",
    });
  });

  it("takes up its name too, which the gateway may tell APIs apart by", () => {
    const names = (name: string, path: string, endpoint = apig.endpoint) =>
      routesOf(documented({ path }, { name }), { ...apig, endpoint }).map(routeText);
    const first = names("a", "/a");
    const overlap = (others: readonly string[]) => others.filter((route) => first.includes(route)).length;
    assert.equal(overlap(names("b", "/b")), 0);
    assert.equal(overlap(names("b", "/a")), 1);
    assert.equal(overlap(names("a", "/b")), 1);
    assert.equal(overlap(names("a", "/a", "http://another:8080")), 0);
  });

  it("is invalid without a document that the gateway can fetch", () => {
    const rules = (specification: unknown) =>
      specErrors(documented({ specification }), apig).map(formatFieldError);
    const broken = [
      "spec.specification: must have the URL of a document, for the gateway whalecloud-apig fetches it itself",
    ];
    assert.deepEqual(rules([{ url: "https://example.com/a.json" }]), []);
    assert.deepEqual(rules([]), broken);
    assert.deepEqual(rules([{ version: "4.0.0" }]), broken);
    assert.deepEqual(rules("openapi: 3.0.0"), broken);
  });
});
