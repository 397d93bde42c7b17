import assert from "node:assert/strict";
import { isAddressAllowed, isHostAllowed } from "../../../stack/documents/addresses";

describe("Addresses of documents", () => {
  for (const address of [
    ...[
      "0.0.0.0",
      "0.1.2.3",
      "169.254.169.254",
      "169.254.0.1",
      "224.0.0.1",
      "239.255.255.255",
      "255.255.255.255",
    ],
    ...["168.63.129.16", "100.100.100.200"],
    ...["::", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1", "fd00:ec2::254"],
    ...[
      "::ffff:169.254.169.254",
      "::ffff:a9fe:a9fe",
      "::ffff:0.0.0.0",
      "64:ff9b::a9fe:a9fe",
      "64:ff9b::7f00:1",
    ],
    ...["::169.254.169.254", "2002:a9fe:a9fe::1", "2002:7f00:1::", "64:ff9b::a83f:8110"],
    ...["192.0.0.192", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "64:ff9b::6464:64c8", "64:ff9b::c000:c0"],
    ...["64:ff9b:1::a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00::", "::ffff:0:169.254.169.254"],
    ...["", "localhost", "1.2.3", "256.1.1.1"],
  ]) {
    it(`refuses ${JSON.stringify(address)}, also where loopback is allowed`, () => {
      assert.equal(isAddressAllowed(address, { allowLoopback: false }), false);
      assert.equal(isAddressAllowed(address, { allowLoopback: true }), false);
    });
  }

  for (const address of ["127.0.0.1", "127.255.1.2", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]) {
    it(`takes ${address} only where loopback is allowed`, () => {
      assert.equal(isAddressAllowed(address, { allowLoopback: false }), false);
      assert.equal(isAddressAllowed(address, { allowLoopback: true }), true);
    });
  }

  for (const address of [
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.0.1",
    "8.8.8.8",
    "fd12::1",
    "2600::1",
  ]) {
    it(`takes ${address}: documents are in the cluster and outside`, () => {
      assert.equal(isAddressAllowed(address, { allowLoopback: false }), true);
    });
  }
});

describe("Hosts of documents", () => {
  const hosts = ["specs.example.com", "*.Cluster.local", "10.0.0.1", "fd12::1"];

  for (const [host, expected] of [
    ["specs.example.com", true],
    ["SPECS.example.com.", true],
    ["other.example.com", false],
    ["specs.example.com.evil.org", false],
    ["docs.ns.svc.cluster.local", true],
    ["cluster.local", false],
    ["evilcluster.local", false],
    ["10.0.0.1", true],
    ["[fd12::1]", true],
  ] as const) {
    it(`${expected ? "takes" : "refuses"} ${host}`, () => {
      assert.equal(isHostAllowed(host, { hosts }), expected);
    });
  }

  it("takes any where none are named", () => {
    assert.equal(isHostAllowed("anything.test", {}), true);
  });
});
