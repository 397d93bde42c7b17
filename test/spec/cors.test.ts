import assert from "node:assert/strict";
import { complaints, parse } from "./examples";

describe("spec.CORS", () => {
  const cors = (value: unknown) => parse({ CORS: value }).cors;

  it("reads comma-separated strings and lists alike", () => {
    const csv = { allowOrigins: "https://a.example , https://b.example,", enabled: true };
    const list = { allowOrigins: ["https://a.example", " https://b.example ", ""], enabled: true };
    assert.deepEqual(cors(csv), cors(list));
    assert.deepEqual(cors(csv).allowOrigins, ["https://a.example", "https://b.example"]);
  });

  it("reads the Azure operator's shape, which has no enabled and no preflight block", () => {
    const azure = cors({
      allowOrigins: ["https://a.example"],
      allowMethods: ["GET"],
      allowHeaders: ["*"],
      maxAge: 60,
    });
    assert.equal(azure.enabled, true);
    assert.deepEqual(azure.handlePreflightRequests, {
      enabled: true,
      allowHeaders: ["*"],
      allowMethods: ["GET"],
      maxAge: 60,
    });
    assert.equal(cors({ allowOrigins: ["*"], enabled: false }).enabled, false);
    assert.equal(cors({ allowOrigins: "https://a.example" }).enabled, false);
  });

  it("prefers the preflight block to what stands beside it", () => {
    const both = cors({ maxAge: 1, handlePreflightRequests: { maxAge: "0" } });
    assert.equal(both.handlePreflightRequests.maxAge, 0);
  });

  it("writes origins as browsers send them, and each once", () => {
    const allowOrigins = [
      "HTTPS://A.Example:443",
      "https://a.example",
      "http://b.example:80",
      "https://c.example:8443",
    ];
    assert.deepEqual(cors({ allowOrigins }).allowOrigins, [
      "https://a.example",
      "http://b.example",
      "https://c.example:8443",
    ]);
  });

  it("keeps the case of methods and headers", () => {
    const preflight = cors({
      handlePreflightRequests: { allowMethods: "PATCH, get", allowHeaders: "x-Trace" },
    });
    assert.deepEqual(preflight.handlePreflightRequests.allowMethods, ["PATCH", "get"]);
    assert.deepEqual(preflight.handlePreflightRequests.allowHeaders, ["x-Trace"]);
  });

  for (const origin of [
    "*",
    "http://localhost:3000",
    "https://10.0.0.1",
    "https://[::1]:8443",
    "app://localhost",
  ]) {
    it(`takes the origin ${origin}`, () => {
      assert.deepEqual(cors({ allowOrigins: [origin] }).allowOrigins, [origin]);
    });
  }

  for (const origin of [
    "null",
    "example.com",
    "https://example.com/",
    "https://example.com/path",
    "https://*.example.com",
    "https://user@example.com",
    "https://example.com:0",
    "https://example.com:65536",
    "https://example.com:",
    "https://[::g]",
    "https://",
    "://example.com",
    "https://a.example https://b.example",
    `https://${"a.".repeat(300)}com`,
  ]) {
    it(`refuses the origin ${origin.slice(0, 40)}`, () => {
      assert.match(
        complaints({ CORS: { allowOrigins: origin } }).join(),
        /^spec\.CORS\.allowOrigins\[0\]: ".* must be "\*" or/,
      );
    });
  }

  it("refuses every origin together with credentials, but only while enabled", () => {
    const rule = 'must list origins, not "*" (also the default), while allowCredentials is true';
    assert.deepEqual(complaints({ CORS: { enabled: true, allowCredentials: true, allowOrigins: "*" } }), [
      `spec.CORS.allowOrigins: "*" ${rule}`,
    ]);
    assert.deepEqual(complaints({ CORS: { enabled: true, allowCredentials: true } }), [
      `spec.CORS.allowOrigins: ${rule}`,
    ]);
    assert.deepEqual(complaints({ CORS: { allowCredentials: true, allowOrigins: "*" } }), []);
  });

  it("refuses a list that names nothing, since the default allows more", () => {
    for (const allowOrigins of [[], ",", [""]]) {
      assert.match(
        complaints({ CORS: { allowOrigins } }).join(),
        / must name at least one value, or be left out$/,
      );
    }
  });

  it("names the item that is wrong", () => {
    const handlePreflightRequests = {
      allowMethods: "GET, PO ST",
      allowHeaders: ["A", "B\r\nX: y"],
      maxAge: -1,
    };
    assert.deepEqual(
      complaints({ CORS: { allowOrigins: 5, handlePreflightRequests } }).map(
        (text) => text.split(" must be")[0],
      ),
      [
        "spec.CORS.allowOrigins: 5",
        'spec.CORS.handlePreflightRequests.allowHeaders[1]: "B\\r\\nX: y"',
        'spec.CORS.handlePreflightRequests.allowMethods[1]: "PO ST"',
        "spec.CORS.handlePreflightRequests.maxAge: -1",
      ],
    );
  });
});
