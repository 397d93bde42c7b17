import assert from "node:assert/strict";
import { complaints, parse } from "./examples";

const URL = "https://raw.githubusercontent.com/tmforum-apis/TMF620/v4.1.0.swagger.json";
const documents = (specification: unknown) => parse({ specification }).specification;

describe("spec.specification", () => {
  it("reads the list of URLs of v1beta3", () => {
    assert.deepEqual(documents([URL, "http://example.com/v5"]), [
      { url: URL },
      { url: "http://example.com/v5" },
    ]);
  });

  it("reads the list of objects of v1beta4 and v1, and one object", () => {
    const entry = { url: URL, version: "v4.1.0" };
    assert.deepEqual(documents([entry, { url: URL, version: "" }]), [entry, { url: URL }]);
    assert.deepEqual(documents(entry), [entry]);
  });

  it("keeps an entry that has a version alone, which the CRD allows", () => {
    assert.deepEqual(documents([{ version: "v4" }, {}]), [{ version: "v4" }]);
  });

  it("reads one string as a URL or as the document itself", () => {
    assert.deepEqual(documents(`${URL}\n`), [{ url: URL }]);
    for (const inline of ['{"openapi":"3.0.1"}', "openapi: 3.0.1\ninfo: {}", "# Catalog\nswagger: '2.0'"]) {
      assert.deepEqual(documents(inline), [{ inline }]);
    }
  });

  it("reads a key of a ConfigMap, as a text or as an object", () => {
    const configMap = { name: "r1-catalog.docs", key: "tmf620.yaml" };
    assert.deepEqual(documents("configmap:r1-catalog.docs/tmf620.yaml"), [{ configMap }]);
    assert.deepEqual(documents([{ url: "configmap:r1-catalog.docs/tmf620.yaml", version: "v4" }]), [
      { configMap, version: "v4" },
    ]);
  });

  it("refuses a ConfigMap or a key that Kubernetes would not take", () => {
    for (const text of [
      "docs",
      "docs/",
      "/key",
      "Docs/key",
      "docs/a/b",
      "docs/../x",
      "ns/docs/key",
      "docs/k\n",
    ]) {
      const url = `configmap:${text}`;
      assert.match(
        complaints({ specification: [{ url }] }).join(),
        /or configmap:NAME\/KEY, a key of a ConfigMap/,
      );
    }
    assert.match(complaints({ specification: "configmap:docs" }).join(), /must be .*configmap:NAME\/KEY, or/);
    assert.equal(complaints({ specification: "ConfigMap:docs/key\nopenapi: 3.0.1" }).length, 1);
  });

  it("may be absent, which no version of the CRD forbids", () => {
    for (const unset of [undefined, "", [], [""], [null]]) assert.deepEqual(documents(unset), []);
  });

  it("refuses what is neither a URL nor a document", () => {
    assert.deepEqual(complaints({ specification: ["tmf620.json"] }), [
      'spec.specification[0]: "tmf620.json" must be an http or https URL without user name and password, ' +
        "configmap:NAME/KEY, or the API's document as JSON or YAML",
    ]);
    assert.deepEqual(complaints({ specification: 7 }), [
      "spec.specification: 7 must be {url, version}, or a string: a URL or the API's document",
    ]);
    assert.equal(
      complaints({ specification: ["https://a b", [URL], { url: "x" }, { version: 4 }] }).length,
      4,
    );
  });

  it("does not repeat a password that stands in a URL", () => {
    for (const specification of [
      "https://me:s3cret/@example.com/a",
      { url: "https://me:s3cret@example.com/a" },
    ]) {
      const text = complaints({ specification }).join();
      assert.match(text, /"https:\/\/\*\*\*@example\.com\/a"/);
      assert.ok(!text.includes("s3cret"));
    }
  });
});
