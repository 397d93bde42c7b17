import assert from "node:assert/strict";
import { type ServerResponse } from "node:http";
import { defaultIstioSettings } from "../../components";
import { defaultDocumentLimits, readStaticDocuments } from "../../stack";
import { annotated, parse, type Json } from "../spec/examples";
import { settings as azure } from "../components/azureApim/examples";
import { useWebServer } from "./documents/webServer";

const behind = (spec: Json, name = "a") => parse(spec, { ...annotated({ gateway: "azure-apim" }), name });
const limits = { ...defaultDocumentLimits, allowLoopback: true };

describe("the documents of a static program", () => {
  const web = useWebServer();
  const openapi = JSON.stringify({ openapi: "3.0.1", info: { title: "Shop", version: "4.0.0" }, paths: {} });

  it("are read for the gateways that import them, and for no others", async () => {
    const api = behind({ specification: openapi });
    const documents = await readStaticDocuments([api, parse()], (each) =>
      each === api ? azure : defaultIstioSettings,
    );
    assert.deepEqual([...documents.keys()], [api]);
    assert.equal(documents.get(api)?.version, "4.0.0");
  });

  it("are read once where several APIs name one", async () => {
    web().pages.set("/shop", openapi);
    const url = `${web().url}/shop`;
    const [one, other] = ["a", "b"].map((name) => behind({ specification: [{ url }] }, name));
    const documents = await readStaticDocuments([one!, other!], () => azure, limits);
    assert.deepEqual(web().requests, ["/shop"]);
    assert.deepEqual([...documents.keys()], [one, other]);
    assert.equal(documents.get(one!), documents.get(other!));
  });

  it("are read at the same time", async () => {
    const held: ServerResponse[] = [];
    for (const path of ["/a", "/b"]) {
      web().pages.set(path, (response) => {
        held.push(response);
        if (held.length === 2) for (const each of held) each.end(openapi);
      });
    }
    const apis = ["a", "b"].map((name) => behind({ specification: [{ url: `${web().url}/${name}` }] }, name));
    assert.equal((await readStaticDocuments(apis, () => azure, limits)).size, 2);
  });

  it("are told of with the API and the field where they cannot be read", async () => {
    const api = behind({ specification: [{ url: `${web().url}/nowhere` }] });
    await assert.rejects(
      readStaticDocuments([api], () => azure, limits),
      { message: /^components\/[^:]+: spec\.specification\[0\]\.url: .*404/ },
    );
  });

  it("are asked only of the hosts that are named", async () => {
    const api = behind({ specification: [{ url: `${web().url}/shop` }] });
    await assert.rejects(readStaticDocuments([api], () => azure, { ...limits, hosts: ["docs.example.com"] }));
    assert.deepEqual(web().requests, []);
  });

  it("cannot be in a ConfigMap, which only the watcher reads", async () => {
    const api = behind({ specification: "configmap:docs/shop.json" });
    await assert.rejects(
      readStaticDocuments([api], () => azure),
      /ConfigMap needs the watcher/,
    );
  });
});
