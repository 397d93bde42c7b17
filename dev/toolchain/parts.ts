import { type Platform } from "./platform";
import { OLDEST_INSTALLED, SHA256, VERSIONS } from "./versions";

export type PartName =
  | "pulumi"
  | "kubernetes-provider"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "istio-crds"
  | "service-monitor-crd";

/** A file that can be downloaded, and how to know that it is the right one. */
export interface Download {
  readonly url: string;
  /** `pinned` is the hash itself, `url` a file of its publisher: one hash, or lines of "hash  file name". */
  readonly sha256: { readonly pinned: string } | { readonly url: string };
  /** Whether the files of the part are inside a tar.gz, at any depth; otherwise it is the file itself. */
  readonly archive: boolean;
}

/** How one file of a part comes out of a Go module; `module` is a directory under go/. */
export type GoSource =
  | { readonly module: string; readonly file: string; readonly build: string; readonly ldflags: string }
  | {
      readonly module: string;
      readonly file: string;
      readonly copy: { readonly from: string; readonly path: string };
    };

/** How an installed part is recognised. */
export type Installed =
  | {
      readonly kind: "program";
      readonly versionArgs: readonly string[];
      readonly oldest: string;
      readonly env: string;
    }
  | { readonly kind: "pulumi-plugin"; readonly directory: string };

/** One thing the toolchain needs, and the ways to come by it. */
export interface Part {
  readonly name: PartName;
  readonly version: string;
  /** Names of its files; the first is the one an installed part is recognised by. */
  readonly files: readonly string[];
  /** Directory of the part in the cache. */
  readonly directory: string;
  readonly installed?: Installed;
  /** Absent when the vendor publishes nothing for the platform. */
  readonly download?: Download;
  readonly go: readonly GoSource[];
}

/** Where vendors publish; replaced by a local server in tests. */
export interface VendorHosts {
  readonly github: string;
  readonly githubRaw: string;
  readonly kubernetes: string;
}

export const VENDOR_HOSTS: VendorHosts = {
  github: "https://github.com",
  githubRaw: "https://raw.githubusercontent.com",
  kubernetes: "https://dl.k8s.io",
};

/** All parts for a platform, in the order they are set up: what the control plane needs comes first. */
export function toolchainParts(platform: Platform, hosts: VendorHosts = VENDOR_HOSTS): Part[] {
  return [
    etcd(platform, hosts),
    kubernetesServer("kube-apiserver", platform, hosts),
    kubernetesServer("kube-controller-manager", platform, hosts),
    istioCrds(hosts),
    serviceMonitorCrd(hosts),
    pulumi(platform, hosts),
    kubernetesProvider(platform, hosts),
  ];
}

const STRIP = "-s -w";

function pulumi({ os, arch }: Platform, hosts: VendorHosts): Part {
  const version = VERSIONS.pulumi;
  const release = `${hosts.github}/pulumi/pulumi/releases/download/v${version}`;
  const vendorArch = arch === "amd64" ? "x64" : arch;
  return {
    name: "pulumi",
    version,
    files: ["pulumi", "pulumi-language-nodejs"],
    directory: `pulumi-${version}-${os}-${arch}`,
    installed: {
      kind: "program",
      versionArgs: ["version"],
      oldest: OLDEST_INSTALLED.pulumi,
      env: "PULUMI_HOME",
    },
    download: {
      url: `${release}/pulumi-v${version}-${os}-${vendorArch}.tar.gz`,
      sha256: { url: `${release}/pulumi-${version}-checksums.txt` },
      archive: true,
    },
    go: [
      {
        module: "pulumi",
        file: "pulumi",
        build: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        // The Automation API refuses a CLI that does not know its version.
        ldflags: `${STRIP} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
      },
      {
        module: "language-nodejs",
        file: "pulumi-language-nodejs",
        build: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        ldflags: STRIP,
      },
    ],
  };
}

function kubernetesProvider({ os, arch }: Platform, hosts: VendorHosts): Part {
  const version = VERSIONS.kubernetesProvider;
  const release = `${hosts.github}/pulumi/pulumi-kubernetes/releases/download/v${version}`;
  return {
    name: "kubernetes-provider",
    version,
    files: ["pulumi-resource-kubernetes"],
    directory: `kubernetes-provider-${version}-${os}-${arch}`,
    installed: { kind: "pulumi-plugin", directory: `resource-kubernetes-v${version}` },
    download: {
      url: `${release}/pulumi-resource-kubernetes-v${version}-${os}-${arch}.tar.gz`,
      sha256: { url: `${release}/pulumi-kubernetes_${version}_checksums.txt` },
      archive: true,
    },
    go: [
      {
        module: "pulumi",
        file: "pulumi-resource-kubernetes",
        build: "./kubernetes-provider",
        ldflags: `${STRIP} -X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=${version}`,
      },
    ],
  };
}

function kubernetesServer(
  name: "kube-apiserver" | "kube-controller-manager",
  { os, arch }: Platform,
  hosts: VendorHosts,
): Part {
  const version = VERSIONS.kubernetes;
  const [major, minor] = version.split(".");
  const url = `${hosts.kubernetes}/v${version}/bin/${os}/${arch}/${name}`;
  const variable = "-X k8s.io/component-base/version";
  return {
    name,
    version,
    files: [name],
    directory: `${name}-${version}-${os}-${arch}`,
    installed: {
      kind: "program",
      versionArgs: ["--version"],
      oldest: OLDEST_INSTALLED.kubernetes,
      env: "KUBEBUILDER_ASSETS",
    },
    // Published for Linux only.
    ...(os === "linux" ? { download: { url, sha256: { url: `${url}.sha256` }, archive: false } } : {}),
    go: [
      {
        module: "controlplane",
        file: name,
        build: `k8s.io/kubernetes/cmd/${name}`,
        ldflags: `${STRIP} ${variable}.gitVersion=v${version} ${variable}.gitMajor=${major} ${variable}.gitMinor=${minor}`,
      },
    ],
  };
}

function etcd({ os, arch }: Platform, hosts: VendorHosts): Part {
  const version = VERSIONS.etcd;
  const release = `${hosts.github}/etcd-io/etcd/releases/download/v${version}`;
  return {
    name: "etcd",
    version,
    files: ["etcd"],
    directory: `etcd-${version}-${os}-${arch}`,
    installed: {
      kind: "program",
      versionArgs: ["--version"],
      oldest: OLDEST_INSTALLED.etcd,
      env: "KUBEBUILDER_ASSETS",
    },
    // A zip file on other systems.
    ...(os === "linux"
      ? {
          download: {
            url: `${release}/etcd-v${version}-${os}-${arch}.tar.gz`,
            sha256: { url: `${release}/SHA256SUMS` },
            archive: true,
          },
        }
      : {}),
    go: [{ module: "controlplane", file: "etcd", build: "go.etcd.io/etcd/server/v3", ldflags: STRIP }],
  };
}

function istioCrds(hosts: VendorHosts): Part {
  const version = VERSIONS.istioApi;
  const file = "customresourcedefinitions.gen.yaml";
  return {
    name: "istio-crds",
    version,
    files: [file],
    directory: `istio-crds-${version}`,
    download: {
      url: `${hosts.githubRaw}/istio/api/v${version}/kubernetes/${file}`,
      sha256: { pinned: SHA256.istioCrds },
      archive: false,
    },
    go: [{ module: "crds", file, copy: { from: "istio.io/api", path: `kubernetes/${file}` } }],
  };
}

function serviceMonitorCrd(hosts: VendorHosts): Part {
  const version = VERSIONS.prometheusOperator;
  const file = "monitoring.coreos.com_servicemonitors.yaml";
  const directory = "example/prometheus-operator-crd";
  const repository = "prometheus-operator/prometheus-operator";
  return {
    name: "service-monitor-crd",
    version,
    files: [file],
    directory: `service-monitor-crd-${version}`,
    download: {
      url: `${hosts.githubRaw}/${repository}/v${version}/${directory}/${file}`,
      sha256: { pinned: SHA256.serviceMonitorCrd },
      archive: false,
    },
    go: [{ module: "crds", file, copy: { from: `github.com/${repository}`, path: `${directory}/${file}` } }],
  };
}
