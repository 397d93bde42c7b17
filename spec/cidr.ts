// Blocks of addresses in CIDR notation, as a NetworkPolicy takes them.
import { isIPv4, isIPv6 } from "node:net";
import { type TextRule } from "./names";

const NOTATION = /^([0-9a-f.:]{2,39})\/(0|[1-9][0-9]{0,2})$/;

/** First bits of an IPv4 address written as IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = "0".repeat(80) + "1".repeat(16);

/**
 * A CIDR in the one form it has (RFC 4632; RFC 5952 for IPv6), which is what newer API servers ask of the `ipBlock` of
 * a NetworkPolicy: no bit beyond the prefix, no leading zero, no IPv4 address written as IPv6.
 */
export const CIDR: TextRule = {
  accepts: isCidr,
  rule: "must be a CIDR in its canonical form, without bits beyond the prefix, e.g. 10.0.0.0/8 or 2001:db8::/32",
};

function isCidr(text: string): boolean {
  const [, address = "", prefix = ""] = NOTATION.exec(text) ?? [];
  const bits = isIPv4(address) ? bitsOfIPv4(address) : bitsOfIPv6(address);
  if (bits === undefined || bits.startsWith(MAPPED)) return false;
  return Number(prefix) <= bits.length && !bits.slice(Number(prefix)).includes("1");
}

function bitsOfIPv4(address: string): string {
  return address
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
}

/** `undefined` for what is no IPv6 address, or one that is not written in its canonical form. */
function bitsOfIPv6(address: string): string | undefined {
  // A URL has its host in the canonical form (URL Standard, IPv6 serializer).
  if (!isIPv6(address) || new URL(`http://[${address}]`).hostname !== `[${address}]`) return undefined;
  const [head = [], tail = []] = address
    .split("::")
    .map((part) => part.split(":").filter((piece) => piece !== ""));
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail]
    .map((piece) => parseInt(piece, 16).toString(2).padStart(16, "0"))
    .join("");
}
