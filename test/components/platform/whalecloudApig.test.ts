import assert from "node:assert/strict";
import { readPlatform } from "../../../components";
import { problems } from "./problems";

const read = (text: string) => readPlatform(`whalecloudApig: ${text}`).whalecloudApig;

describe("whalecloudApig of a platform file", () => {
  it("says how the gateway is reached", () => {
    const text =
      "{ endpoint: 'https://Apig.example:8443/', ingress: { namespace: apig, name: public }, mock: false, " +
      "timeout: 5, absentCodes: ['4041'] }";
    assert.deepEqual(read(text), {
      endpoint: "https://apig.example:8443",
      ingress: { namespace: "apig", name: "public" },
      mock: false,
      timeout: 5,
      absentCodes: ["4041"],
    });
  });

  it("says only what it says", () => {
    assert.deepEqual(read("{}"), {});
    assert.equal(readPlatform("").whalecloudApig, undefined);
    assert.deepEqual(read("{ endpoint: 'apig:8080' }"), { endpoint: "http://apig:8080" });
  });

  const refused: readonly (readonly [what: string, text: string, ...problems: string[]])[] = [
    ...["https://a.example/x", "a b", "ftp://a.example", ":8080"].map(
      (endpoint) =>
        [
          `the endpoint ${endpoint}`,
          JSON.stringify({ endpoint }),
          `endpoint: ${JSON.stringify(endpoint)} must be host[:port], or an http or https URL without a path`,
        ] as const,
    ),
    [
      "a password, which is not shown",
      "{ endpoint: 'me:pw@a.example' }",
      "endpoint: (not shown) must be host[:port], or an http or https URL without a path",
    ],
    [
      "half an Ingress",
      "{ ingress: { name: A } }",
      "ingress.namespace: is required",
      'ingress.name: "A" must be a DNS subdomain: at most 253 of a-z, 0-9, "-" and ".", a letter or digit around each "."',
    ],
    ["a request that may take no time", "{ timeout: 0 }", "timeout: 0 must be an integer from 1 to 300"],
    [
      "a misspelt key",
      "{ url: a }",
      "url: is not known; the keys here are endpoint, ingress, mock, timeout, absentCodes",
    ],
  ];
  for (const [what, text, ...expected] of refused) {
    it(`is refused with ${what}`, () => {
      const found = problems(`whalecloudApig: ${text}`).map((line) => line.replace(/^whalecloudApig\./, ""));
      assert.deepEqual([...found].sort(), [...expected].sort());
    });
  }
});
