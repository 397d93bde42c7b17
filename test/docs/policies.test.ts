import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { defaultIstioSettings, gatewayTypes, policiesOf, readPlatform } from "../../components";
import { parseExposedApi, type PolicyField } from "../../spec";
import { apiWith } from "../components/istio/examples";

const root = join(__dirname, "..", "..");
const file = join(root, "docs", "policies.md");
const text = readFileSync(file, "utf8");

/** Where the tests of each gateway are, below `test/components/`. */
const folders: Readonly<Record<string, string>> = {
  istio: "istio",
  "azure-apim": "azureApim",
  "whalecloud-apig": "whalecloudApig",
};

interface Row {
  readonly field: string;
  readonly gateway: string;
  readonly how: string;
}

/** The rows of the table of fields. */
function rowsOf(table: string): readonly Row[] {
  const cells = table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return cells.map(([, field = "", gateway = "", how = ""]) => ({
    field: field.replaceAll("`", ""),
    gateway,
    how,
  }));
}

/** The title of a test: what stands before, between and after the parts that are filled in at run time. */
interface Title {
  readonly parts: readonly string[];
  /** The file it is in. */
  readonly code: string;
}

function titlesIn(folder: string): readonly Title[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts"));
  return names.flatMap((name) => {
    const code = readFileSync(join(root, folder, name), "utf8");
    const found = [...code.matchAll(/\bit\(\s*(["`])((?:\\.|(?!\1)[^\\])*)\1/g)];
    return found.map(([, , title = ""]) => ({ parts: title.split(/\$\{[^}]*\}/), code }));
  });
}

/** Whether a test of this title is there. A field that is filled in at run time stands in the same file as a text. */
function isTested({ field, gateway, how }: Row): boolean {
  const name = `${field} × ${gateway}: ${how}`;
  return titlesIn(`test/components/${folders[gateway] ?? gateway}`).some(({ parts, code }) => {
    if (parts.length === 1) return parts[0] === name;
    const [first = "", ...others] = parts;
    if (!name.startsWith(first) || !name.endsWith(others.at(-1) ?? "")) return false;
    return first !== "" || code.includes(`"${field}"`);
  });
}

/** What a spec has inside these blocks, as rows name it; a block that is only reported has one row as a whole. */
function fieldsOfSpec(): readonly string[] {
  const { cors, rateLimit, apiKeyVerification } = apiWith({
    apiKeyVerification: { location: "header" },
    rateLimit: { limit: 1 },
  });
  const { handlePreflightRequests, ...ofCors } = cors;
  const named = (block: string, fields: object): string[] =>
    Object.keys(fields).map((field) => `${block}.${field}`);
  // Each policy's own `enabled` is the policy's row.
  return [
    ...named("CORS", ofCors),
    ...named("rateLimit", rateLimit),
    ...named("apiKeyVerification", apiKeyVerification),
  ]
    .filter((field) => !field.endsWith(".enabled"))
    .concat(named("CORS.handlePreflightRequests", handlePreflightRequests));
}

/** One entry for each policy there is: the compiler asks for it. */
const policies: Readonly<Record<PolicyField, true>> = {
  CORS: true,
  rateLimit: true,
  quota: true,
  apiKeyVerification: true,
  OASValidation: true,
  template: true,
  jwt: true,
  mtls: true,
  networkPolicy: true,
};

function section(heading: string): string {
  return text.split(`\n## ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? "";
}

const rows = rowsOf(section("What is enforced, and how"));

describe("docs/policies.md", () => {
  for (const row of rows) {
    it(`has a test for ${row.field} × ${row.gateway}: ${row.how}`, () => {
      assert.ok(isTested(row), `no test is called ${row.field} × ${row.gateway}: ${row.how}`);
    });
  }

  for (const gateway of gatewayTypes) {
    for (const field of [...Object.keys(policies), ...fieldsOfSpec(), "jwt.providers", "hostname", "path"]) {
      it(`has a row for ${field} × ${gateway}`, () => {
        assert.ok(rows.some((row) => row.field === field && row.gateway === gateway));
      });
    }
  }

  it("has no row for a gateway that is not there", () => {
    const others = rows.filter(({ gateway }) => !(gatewayTypes as readonly string[]).includes(gateway));
    assert.deepEqual(others, []);
  });

  it("has a row for every test that is named after a field", () => {
    const named = gatewayTypes
      .flatMap((gateway) => titlesIn(`test/components/${folders[gateway] ?? gateway}`))
      .filter(({ parts }) => parts.length === 1 && parts[0]?.includes(" × ") === true)
      .map(({ parts }) => parts[0]);
    const known = rows.map(({ field, gateway, how }) => `${field} × ${gateway}: ${how}`);
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter((title) => !known.includes(title ?? "")),
      [],
    );
  });

  it("shows a platform file and an API all of whose policies are enforced under it", () => {
    const [platformFile = "", object = ""] = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(
      ([, yaml]) => yaml,
    );
    const { rules, istio } = readPlatform(platformFile);
    const api = parseExposedApi(parseYaml(object), rules);
    const outcomes = policiesOf({
      api,
      settings: { ...defaultIstioSettings, ...istio },
      context: { podLabels: { app: "catalog" } },
    });
    assert.deepEqual(
      outcomes.map(({ policy, because, without }) => [policy, because ?? without]),
      ["CORS", "rateLimit", "jwt", "networkPolicy"].map((policy) => [policy, undefined]),
    );
    assert.deepEqual(api.overridden, []);
  });

  it("links to files and headings that are there", () => {
    for (const [, target = "", heading] of text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)) {
      const linked = target === "" ? file : join(dirname(file), target);
      assert.ok(existsSync(linked), target);
      if (heading !== undefined)
        assert.ok(headingsOf(readFileSync(linked, "utf8")).includes(heading), heading);
    }
  });
});

function headingsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}
