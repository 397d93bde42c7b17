// A self-signed X.509 certificate (RFC 5280) for a server, made without any program beside Node.js.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate and its private key, both PEM. Whoever trusts the certificate trusts the server. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds a certificate is valid before and after now. */
const DAY = 24 * 3600 * 1000;

/** Makes a certificate with a key on the curve P-256 for DNS names, which may begin with `*.`. */
export function selfSigned(...names: readonly [string, ...string[]]): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = name(names[0]);
  const signed = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time(Date.now() - DAY), time(Date.now() + DAY)),
    issuer, // its own subject
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(subjectAltName(names))),
  );
  const signature = sign("sha256", signed, privateKey);
  const certificate = sequence(signed, ECDSA_WITH_SHA256, bitString(signature));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Object identifiers in DER: 1.2.840.10045.4.3.2 with its sequence, 2.5.4.3 and 2.5.29.17. */
const ECDSA_WITH_SHA256 = sequence(tagged(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = tagged(0x06, Buffer.from("550403", "hex"));
const SUBJECT_ALT_NAME = tagged(0x06, Buffer.from("551d11", "hex"));

function name(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName, "utf8"));
  return sequence(tagged(0x31, sequence(COMMON_NAME, value)));
}

function subjectAltName(names: readonly string[]): Buffer {
  const dnsNames = names.map((each) => tagged(0x82, Buffer.from(each, "latin1")));
  return sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(...dnsNames)));
}

/** A UTCTime, as `YYMMDDHHMMSSZ`. */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[^\d]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`, "latin1"));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** One element of DER (X.690): tag, length, content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
