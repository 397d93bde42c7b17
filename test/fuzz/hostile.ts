/** Values that break something somewhere: what people mistype, and what an attacker writes. */
import * as fc from "fast-check";

const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Texts of these characters. */
export function texts(characters: string, maxLength: number, minLength = 1): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters.split("")), minLength, maxLength });
}

const label = fc.oneof(
  texts(LOWER, 12),
  texts(LOWER, 63, 63),
  fc.constantFrom("0", "a-b", "x--y", "xn--bcher-kva"),
);

/** Names of objects: DNS subdomains up to the longest there are. */
export const names = fc.oneof(
  { weight: 4, arbitrary: label },
  fc.array(label, { minLength: 2, maxLength: 9 }).map((labels) => cut(labels.join("."))),
  texts("ab", 253, 250),
);

/** Host names up to the longest there are, in either case. */
export const hostNames = fc
  .tuple(
    fc.array(label, { maxLength: 5 }),
    fc.constantFrom("example", "EXAMPLE.com", "api.example.com", "localhost"),
  )
  .map(([labels, rest]) =>
    [...labels, rest]
      .join(".")
      .slice(-253)
      .replace(/^[^a-z0-9]+/, ""),
  );

const segment = fc.oneof(
  { weight: 3, arbitrary: texts(`${LOWER}ABC`, 8) },
  texts("-_~!$&'()*+,;=:@.az", 6).filter((text) => text !== "." && text !== ".."),
  fc.constantFrom("a*", "*", "(.*)", "a+", "$", "%20", "%C3%BC", "%7B*%7D", "v4", "%25"),
);

/** Paths, among them all, those with characters of patterns, and the longest there are. */
export const paths = fc.oneof(
  { weight: 6, arbitrary: fc.array(segment, { maxLength: 6 }).map(toPath) },
  {
    weight: 1,
    arbitrary: fc.array(segment, { minLength: 1, maxLength: 3 }).map((each) => `${toPath(each)}/`),
  },
  { weight: 1, arbitrary: texts("abc$*.", 1023, 1000).map((text) => `/x${text}`.slice(0, 1024)) },
);

function toPath(segments: readonly string[]): string {
  return `/${segments.join("/")}`;
}

function cut(name: string): string {
  return name.slice(0, 253).replace(/[^a-z0-9]+$/, "");
}

/** Names of methods and header fields (RFC 9110, section 5.6.2, token), up to the longest that are taken. */
export const tokens = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("GET", "PUT", "X-Trace", "content-type", "Authorization", "*") },
  { weight: 2, arbitrary: texts("ABCxyz019-!#$%&'*+.^_`|~", 12) },
  fc.constantFrom("x".repeat(256), "host", "connection", "transfer-encoding", "__proto__", "constructor"),
);

/** Labels by which a Service may select Pods. */
export const podLabels = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "app",
      "app.kubernetes.io/name",
      `${"p".repeat(63)}.example/${"n".repeat(63)}`,
      "A_b.c-d",
    ),
    texts(LOWER, 10),
  ),
  fc.oneof(texts(LOWER, 10), fc.constantFrom("", "v".repeat(63), "A_b.c-d")),
  { maxKeys: 4, noNullPrototype: true },
);

const scalars: readonly unknown[] = [
  ...[
    "",
    " ",
    "\0",
    "a\r\nX-Evil: 1",
    "x\ny",
    "ü",
    "日本",
    "\u202e",
    "\ud800",
    "*",
    "**",
    ".*",
    "{*}",
    "/{**}",
  ],
  ...[
    "${x}",
    "%DOWNSTREAM_REMOTE_ADDRESS%",
    "<script>",
    "'; --",
    "../..",
    "/a/../b",
    "/a//b",
    "/%2e%2e/",
    "/a?b#c",
  ],
  ...["https://*", "null", "https://user:secret@a.example", "10.0.0.0/33", "::ffff:0:0/96", "0.0.0.0/0"],
  ...[
    "none",
    "none,keycloak",
    "strict",
    "gateway,10.0.0.0/8",
    "header:",
    "claim:",
    "header:a b",
    "claim:a\nb",
  ],
  ...["constructor", "__proto__", "a".repeat(64), "a".repeat(254), "/".repeat(1025), "-a", "a-", "A", "a..b"],
  ...["-1", "1e3", "99999999999999999999", "0x10", "NaN"],
  ...[
    0,
    -0,
    -1,
    1.5,
    1e21,
    NaN,
    Infinity,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER + 1,
    2 ** 32,
    65536,
  ],
  ...[true, false, null, undefined, [], {}, [[]], [null], [""], ["*", "https://a.example"], { a: 1 }],
];

/** Anything in the place of a value. */
export const anything = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...scalars) },
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.integer(),
  fc.double(),
  fc.array(fc.constantFrom(...scalars), { maxLength: 3 }),
  fc.constantFrom(JSON.parse('{"__proto__": {"enabled": true}}') as unknown, { constructor: "x" }),
);
