import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests } from "../../stack";
import { useTempDir } from "../support/tempDir";

const manifest = (name: string, port = 8080, kind = "ExposedAPI") => `apiVersion: oda.tmforum.org/v1
kind: ${kind}
metadata: {name: ${name}}
spec: {name: api, apiType: openapi, implementation: r1-prodcatapi, path: /${name}, port: ${port}}
`;

describe("readManifests", () => {
  const dir = useTempDir();

  function write(file: string, ...documents: readonly string[]): string {
    const path = join(dir(), file);
    writeFileSync(path, documents.join("---\n"));
    return path;
  }
  const names = (path: string) => readManifests(path).map(({ name }) => name);

  it("reads every API of a file", () => {
    assert.deepEqual(names(write("all.yaml", manifest("b"), manifest("a", 8080, "API"))), ["b", "a"]);
  });

  it("reads the YAML files of a folder in order of name, and nothing below it", () => {
    write("2.yml", manifest("second"));
    write("1.yaml", manifest("first"));
    write("notes.txt", manifest("no"));
    mkdirSync(join(dir(), "more"));
    write("more/3.yaml", manifest("deeper"));

    assert.deepEqual(names(dir()), ["first", "second"]);
  });

  it("passes over other objects, empty documents and what is no object", () => {
    const service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n";
    const component = manifest("c").replace("ExposedAPI", "Component");

    assert.deepEqual(names(write("chart.yaml", service, "\n", component, "text\n", manifest("a"))), ["a"]);
  });

  it("names the file and the fields of an invalid spec", () => {
    const file = write("a.yaml", manifest("a", 0));

    assert.throws(() => readManifests(file), {
      message: `${file}: a: spec.port: 0 must be an integer from 1 to 65535`,
    });
  });

  it("names the file and the line of bad YAML", () => {
    const file = write("a.yaml", manifest("a"), "spec: [1, 2\n");

    assert.throws(
      () => readManifests(file),
      (error: Error) => error.message.startsWith(`${file}: `) && error.message.includes("at line 7"),
    );
  });

  it("does not take a folder without APIs for a success", () => {
    assert.throws(() => readManifests(dir()), { message: `${dir()}: no object of kind ExposedAPI` });
    assert.throws(
      () => readManifests(join(dir(), "missing")),
      /oda:apis: ".*missing" is neither a file nor a folder/,
    );
  });
});
