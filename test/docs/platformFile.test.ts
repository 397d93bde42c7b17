import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PlatformError, readPlatform } from "../../components";
import { lockablePolicies, policyPlace } from "../../spec";

const text = readFileSync(join(__dirname, "..", "..", "docs", "configuration.md"), "utf8");

/** What is written between two headings. */
function section(heading: string): string {
  return text.split(`### ${heading}\n`)[1]?.split(/^##/m)[0] ?? "";
}

/** Keys that a part of the platform file takes, as the error of an unknown one lists them. */
function keysOf(file: (unknown: object) => object): readonly string[] {
  try {
    readPlatform(JSON.stringify(file({ unknown: 1 })));
  } catch (error) {
    assert.ok(error instanceof PlatformError);
    const listed = error.problems.flatMap(
      (problem) => problem.split("unknown: is not known; the keys here are ")[1] ?? [],
    );
    return listed.join(", ").split(", ");
  }
  return [];
}

describe("docs/configuration.md", () => {
  it("shows a platform file that is one", () => {
    const [, sample = ""] = /```yaml\n([^]*?)```/.exec(section("The platform file")) ?? [];
    const { rules, istio } = readPlatform(sample);

    assert.deepEqual(rules.locked, ["jwt"]);
    assert.deepEqual(Object.keys(istio), ["workload", "jwt", "apiKeys", "tls"]);
  });

  it("has a row for every key of the platform file", () => {
    const parts: readonly (readonly [prefix: string, file: (part: object) => object])[] = [
      ["", (file) => file],
      ["gateway.", (gateway) => ({ gateway })],
      ["jwt.providers[].", (provider) => ({ jwt: { providers: [provider] } })],
      ["apiKeys.", (apiKeys) => ({ apiKeys })],
      ["tls.", (tls) => ({ tls })],
      ["azureApim.", (azureApim) => ({ azureApim })],
      ["azureApim.cluster.", (cluster) => ({ azureApim: { cluster } })],
      ["azureApim.cluster.", (cluster) => ({ azureApim: { cluster: { type: "istio", ...cluster } } })],
      ["whalecloudApig.", (whalecloudApig) => ({ whalecloudApig })],
    ];
    const rows = parts.flatMap(([prefix, file]) => keysOf(file).map((key) => `\`${prefix}${key}`));
    const table = section("The platform file");

    assert.ok(rows.length > 15);
    assert.deepEqual(
      rows.filter((row) => !table.includes(`\n| ${row}`)),
      [],
    );
  });

  it("has a row for every policy that has a default, with where an object asks for it", () => {
    const rows = section("Policies").split("\n");
    for (const policy of lockablePolicies) {
      const row = rows.find((line) => line.startsWith(`| \`${policy}\``));
      assert.ok(row?.includes(policyPlace(policy)), policy);
    }
  });
});
