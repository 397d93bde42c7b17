// Which hosts and addresses may be asked for documents: a spec must not reach what only this process can.
import { BlockList, isIP } from "node:net";
import { type DocumentLimits } from "./document";

type Allowed = Pick<DocumentLimits, "allowLoopback" | "hosts">;

/** What no document is at, by address families as `node:net` names them. */
const REFUSED = {
  ipv4: [
    // "This network", loopback, link-local (metadata of clouds), multicast, broadcast: RFC 6890.
    ["0.0.0.0", 8],
    ["169.254.0.0", 16],
    ["224.0.0.0", 4],
    ["255.255.255.255", 32],
    // Virtual address of the Azure platform, and metadata of Alibaba Cloud.
    ["168.63.129.16", 32],
    ["100.100.100.200", 32],
    // Metadata of Oracle Cloud.
    ["192.0.0.192", 32],
  ],
  ipv6: [
    ["::", 128],
    ["fe80::", 10],
    ["ff00::", 8],
    // Metadata of Amazon EC2, Google Cloud and Oracle Cloud.
    ["fd00:ec2::254", 128],
    ["fd20:ce::254", 128],
    ["fd00:c1::a9fe:a9fe", 128],
    // IPv4 addresses in those of NAT64 (RFC 6052): as above, and 127/8.
    ["64:ff9b::", 104],
    ["64:ff9b::7f00:0", 104],
    ["64:ff9b::a9fe:0", 112],
    ["64:ff9b::e000:0", 100],
    ["64:ff9b::a83f:8110", 128],
    ["64:ff9b::6464:64c8", 128],
    ["64:ff9b::c000:c0", 128],
    // Any IPv4 address in those of a local NAT64 (RFC 8215), at a place that only its operator knows.
    ["64:ff9b:1::", 48],
    // IPv4 addresses within IPv6 that are deprecated (RFC 4291, section 2.5.5.1; RFC 2765), and 6to4 (RFC 7526).
    ["::", 96],
    ["::ffff:0:0:0", 96],
    ["2002::", 16],
  ],
} as const;

const LOOPBACK = { ipv4: ["127.0.0.0", 8], ipv6: ["::1", 128] } as const;

const refused = blockList(REFUSED.ipv4, REFUSED.ipv6);
const loopback = blockList([LOOPBACK.ipv4], [LOOPBACK.ipv6]);

type Blocks = readonly (readonly [string, number])[];

function blockList(ipv4: Blocks, ipv6: Blocks): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ipv4) list.addSubnet(address, prefix, "ipv4");
  for (const [address, prefix] of ipv6) list.addSubnet(address, prefix, "ipv6");
  return list;
}

/**
 * Whether an address may be asked. Private addresses may: documents are served in the cluster.
 *
 * @param address IPv4 or IPv6, also IPv4 within IPv6, without brackets
 */
export function isAddressAllowed(
  address: string,
  { allowLoopback }: Pick<Allowed, "allowLoopback">,
): boolean {
  const [plain = ""] = address.split("%", 1);
  const version = isIP(plain);
  if (version === 0) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  if (loopback.check(plain, family)) return allowLoopback;
  return !refused.check(plain, family);
}

/** Whether a host name, or an address in its place, is in the list of those that may be asked. */
export function isHostAllowed(host: string, { hosts }: Pick<Allowed, "hosts">): boolean {
  if (hosts === undefined) return true;
  const name = withoutBrackets(host).toLowerCase().replace(/\.$/, "");
  return hosts.some((entry) => {
    const allowed = entry.toLowerCase();
    return allowed.startsWith("*.") ? name.endsWith(allowed.slice(1)) : name === allowed;
  });
}

/** A host of a URL as an address, without the brackets of IPv6. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
