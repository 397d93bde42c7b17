import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests, readPlatformFile } from "../../stack";
import { useTempDir } from "../support/tempDir";

describe("A platform file on disk", () => {
  const dir = useTempDir();

  function write(name: string, text: string): string {
    const file = join(dir(), name);
    writeFileSync(file, text);
    return file;
  }

  it("decides for the APIs of manifests", () => {
    const { rules } = readPlatformFile(
      write("platform.yaml", "defaults: { rateLimit: { enabled: true, limit: 5 } }"),
    );
    const manifest = write(
      "api.yaml",
      "apiVersion: oda.tmforum.org/v1\nkind: ExposedAPI\nmetadata: { name: a }\n" +
        "spec: { name: a, apiType: openapi, implementation: a, path: /a, port: 80 }\n",
    );

    assert.equal(readManifests(manifest, rules)[0]?.rateLimit.limit, 5);
    assert.equal(readManifests(manifest)[0]?.rateLimit.enabled, false);
  });

  it("is named before each thing that is wrong with it", () => {
    const file = write("platform.yaml", "locked: [quota]\ndefaults: { mtls: on }");

    assert.throws(() => readPlatformFile(file), {
      name: "PlatformError",
      message:
        `${file}: defaults.mtls: "on" must be one of strict, permissive\n` +
        `${file}: locked[0]: "quota" must be one of CORS, rateLimit, jwt, mtls, networkPolicy`,
    });
  });

  it("is named where it cannot be read", () => {
    const missing = join(dir(), "missing.yaml");

    assert.throws(() => readPlatformFile(missing), { message: `${missing}: cannot be read (ENOENT)` });
    assert.throws(() => readPlatformFile(dir()), { message: `${dir()}: cannot be read (EISDIR)` });
  });
});
