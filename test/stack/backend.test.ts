import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { resolveBackend } from "../../stack";
import { useTempDir } from "../support/tempDir";

describe("resolveBackend", () => {
  const dir = useTempDir();

  it("keeps state in a folder of the installation, under a passphrase of its own", () => {
    const backend = resolveBackend(dir(), { passphraseInEnvironment: false });

    assert.equal(backend.url, pathToFileURL(join(dir(), "state")).href);
    assert.ok(existsSync(join(dir(), "state")));
    assert.equal(backend.secretsProvider, "passphrase");
    assert.ok((backend.passphrase ?? "").length >= 32);
  });

  it("makes the passphrase once, and readable by its owner only", () => {
    const first = resolveBackend(dir(), { passphraseInEnvironment: false });
    const second = resolveBackend(dir(), { passphraseInEnvironment: false });

    assert.equal(second.passphrase, first.passphrase);
    assert.equal(readFileSync(join(dir(), "passphrase"), "utf8"), first.passphrase);
    assert.equal(statSync(join(dir(), "passphrase")).mode & 0o777, 0o600);
  });

  it("leaves the passphrase to the environment where it is there", () => {
    const backend = resolveBackend(dir(), { passphraseInEnvironment: true });

    assert.equal(backend.passphrase, undefined);
    assert.equal(existsSync(join(dir(), "passphrase")), false);
  });

  it("needs no passphrase with another secrets provider", () => {
    const backend = resolveBackend(dir(), {
      secretsProvider: "awskms://alias/oda",
      passphraseInEnvironment: false,
    });

    assert.equal(backend.secretsProvider, "awskms://alias/oda");
    assert.equal(backend.passphrase, undefined);
  });

  it("refuses a bucket whose secrets only this machine could read, without showing credentials", () => {
    assert.throws(
      () => resolveBackend(dir(), { url: "s3://key:secret@bucket/oda", passphraseInEnvironment: false }),
      (error: Error) => {
        assert.match(error.message, /PULUMI_BACKEND_URL is s3:\/\/\*\*\*\*@bucket\/oda/);
        assert.match(error.message, /PULUMI_CONFIG_PASSPHRASE_FILE or ODA_SECRETS_PROVIDER/);
        assert.doesNotMatch(error.message, /secret@/);
        return true;
      },
    );
  });

  it("takes a bucket with a passphrase or a secrets provider", () => {
    const url = "s3://bucket/oda";
    const secretsProvider = "awskms://alias/oda";

    assert.deepEqual(resolveBackend(dir(), { url, passphraseInEnvironment: true }), {
      url,
      secretsProvider: "passphrase",
    });
    assert.deepEqual(resolveBackend(dir(), { url, secretsProvider, passphraseInEnvironment: false }), {
      url,
      secretsProvider,
    });
  });

  for (const url of ["file://state", "file://./state", "file://.", "file://", "file://~other/state"]) {
    it(`refuses ${url}, which would be another folder for each engine`, () => {
      assert.throws(() => resolveBackend(dir(), { url, passphraseInEnvironment: true }), {
        message: `PULUMI_BACKEND_URL is ${url}, and the path of a file:// URL must be absolute`,
      });
    });
  }

  for (const [url, expected] of [
    ["file://~", `file://${userInfo().homedir}`],
    ["file://~/oda", `file://${join(userInfo().homedir, "oda")}`],
    ["file://~/oda?no_tmp_dir=true", `file://${join(userInfo().homedir, "oda")}?no_tmp_dir=true`],
    ["file:///var/lib/oda?no_tmp_dir=true", "file:///var/lib/oda?no_tmp_dir=true"],
  ] as const) {
    it(`takes ${url} for ${expected}`, () => {
      assert.equal(resolveBackend(dir(), { url, passphraseInEnvironment: true }).url, expected);
    });
  }

  it("leaves secrets to Pulumi Cloud, which encrypts by itself", () => {
    const url = "https://api.pulumi.com";

    assert.deepEqual(resolveBackend(dir(), { url, passphraseInEnvironment: false }), {
      url,
      secretsProvider: "default",
    });
  });

  it("refuses a passphrase file that is empty", () => {
    writeFileSync(join(dir(), "passphrase"), "\n");

    assert.throws(
      () => resolveBackend(dir(), { passphraseInEnvironment: false }),
      /passphrase is empty: restore it/,
    );
    assert.deepEqual(readdirSync(dir()).sort(), ["passphrase", "state"]);
  });

  it("takes a passphrase that was restored, without the end of its line", () => {
    writeFileSync(join(dir(), "passphrase"), "restored\n");

    assert.equal(resolveBackend(dir(), { passphraseInEnvironment: false }).passphrase, "restored");
  });

  it("leaves nothing beside the passphrase it makes, and keeps others out of its state", () => {
    resolveBackend(dir(), { passphraseInEnvironment: false });

    assert.deepEqual(readdirSync(dir()).sort(), ["passphrase", "state"]);
    assert.equal(statSync(join(dir(), "state")).mode & 0o077, 0);
  });

  it("does not make another passphrase for stacks whose own is gone", () => {
    resolveBackend(dir(), { passphraseInEnvironment: false });
    mkdirSync(join(dir(), "state", ".pulumi", "stacks"), { recursive: true });
    rmSync(join(dir(), "passphrase"));

    assert.throws(
      () => resolveBackend(dir(), { passphraseInEnvironment: false }),
      /passphrase is missing, and without it the stacks beside it cannot be read: restore it/,
    );
    assert.equal(existsSync(join(dir(), "passphrase")), false);
  });
});
