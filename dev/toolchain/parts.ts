import path from "node:path";
import { type Part } from "./part";
import { PULUMI_LDFLAGS, STRIP } from "./goBuild";
import { type Platform } from "./platform";
import { warmEngine } from "./warmEngine";
import { OLDEST_INSTALLED, SHA256, VERSIONS } from "./versions";

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

const ROOT = path.join(__dirname, "../..");

/**
 * All parts for a platform, in the order they are set up: what the control plane needs comes first.
 *
 * @param engine directory of the warm engine's Go module
 */
export function toolchainParts(
  platform: Platform,
  hosts: VendorHosts = VENDOR_HOSTS,
  engine = path.join(ROOT, "engine"),
): Part[] {
  return [
    etcd(platform, hosts),
    kubernetesServer("kube-apiserver", platform, hosts),
    kubernetesServer("kube-controller-manager", platform, hosts),
    istioCrds(hosts),
    serviceMonitorCrd(hosts),
    pulumi(platform, hosts),
    kubernetesProvider(platform, hosts),
    warmEngine(platform, engine),
  ];
}

/** The directory of a Go module whose programs or files are others' work. */
function goModule(name: string): string {
  return path.join(__dirname, "go", name);
}

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
        module: goModule("pulumi"),
        file: "pulumi",
        build: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        ldflags: PULUMI_LDFLAGS,
      },
      {
        module: goModule("language-nodejs"),
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
        module: goModule("pulumi"),
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
        module: goModule("controlplane"),
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
    go: [
      { module: goModule("controlplane"), file: "etcd", build: "go.etcd.io/etcd/server/v3", ldflags: STRIP },
    ],
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
    go: [{ module: goModule("crds"), file, copy: { from: "istio.io/api", path: `kubernetes/${file}` } }],
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
    go: [
      {
        module: goModule("crds"),
        file,
        copy: { from: `github.com/${repository}`, path: `${directory}/${file}` },
      },
    ],
  };
}
