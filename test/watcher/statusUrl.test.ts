import assert from "node:assert/strict";
import { type Observation } from "../../watcher/observation";
import { parse } from "../spec/examples";
import { applied, NEWER, problem, status, URL } from "./statusExamples";

describe("the developer UI in the status", () => {
  const developerUI = (ui: string, publicUrl = applied.publicUrl) =>
    (status({ api: parse({ developerUI: ui }), publicUrl })["apiStatus"] as { developerUI?: string })
      .developerUI;

  it("is on the API's own host where the spec has a path", () => {
    assert.equal(developerUI("/catalog/docs?x#y"), "https://10.0.0.1/catalog/docs?x#y");
    assert.equal(
      developerUI("/docs", { url: "https://[2001:db8::1]:8443/catalog", ip: "2001:db8::1" }),
      "https://[2001:db8::1]:8443/docs",
    );
  });

  it("is the spec's where that is a whole URL", () => {
    assert.equal(developerUI("https://docs.example.com/x"), "https://docs.example.com/x");
  });

  it("is not told while the host is not known, unless it has one of its own", () => {
    const unknown = { unknown: "no address" };
    assert.equal(developerUI("/docs", unknown), undefined);
    assert.equal(developerUI("https://docs.example.com/x", unknown), "https://docs.example.com/x");
  });
});

describe("the URL of an API that has a problem after it was served", () => {
  const before = status({ api: parse({ developerUI: "/docs" }) });
  const kept = (publicUrl: Observation["publicUrl"], previous = before) =>
    status({ previous, api: undefined, problem, observedHash: NEWER, publicUrl })["apiStatus"];

  it("follows the gateway's address, and with it the developer UI on the same host", () => {
    const url = URL.replace("10.0.0.1", "[2001:db8::1]:8443");
    assert.deepEqual(kept({ url, ip: "2001:db8::1" }), {
      ...(before["apiStatus"] as object),
      url,
      ip: "2001:db8::1",
      developerUI: "https://[2001:db8::1]:8443/docs",
    });
  });

  it("goes while the gateway has no address, and comes back with one", () => {
    const unknown = kept({ unknown: "no address" }) as Record<string, unknown>;
    assert.deepEqual(
      [unknown["url"], unknown["ip"], unknown["developerUI"]],
      [undefined, undefined, undefined],
    );
    const back = kept(applied.publicUrl, { apiStatus: unknown }) as Record<string, unknown>;
    assert.deepEqual([back["url"], back["ip"]], [URL, "10.0.0.1"]);
  });

  it("leaves a developer UI elsewhere alone", () => {
    const elsewhere = status({ api: parse({ developerUI: "https://docs.example.com/x" }) });
    const { developerUI } = kept({ url: "https://10.0.0.2/x" }, elsewhere) as { developerUI?: string };
    assert.equal(developerUI, "https://docs.example.com/x");
  });

  for (const apiStatus of [
    5,
    "text",
    null,
    { name: "another shape" },
    { path: "/x", url: 5, developerUI: "//[" },
  ]) {
    it(`is not the business of a status of another shape: ${JSON.stringify(apiStatus)}`, () => {
      assert.doesNotThrow(() => kept(applied.publicUrl, { apiStatus }));
    });
  }
});
