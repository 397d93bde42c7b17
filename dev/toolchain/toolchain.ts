import { type PartName } from "./parts";

/** Where the engine lies. All paths are absolute. */
export interface EngineToolchain {
  /**
   * `PULUMI_HOME` for engine runs. Its `plugins/` holds the Kubernetes provider under the name the engine
   * looks for, so the engine neither downloads it nor warns about one found on `PATH`.
   */
  readonly pulumiHome: string;
  /** The Pulumi CLI; `pulumi-language-nodejs` lies in the same directory. */
  readonly pulumi: string;
}

/** Where every real part lies that the demo and the end-to-end tests run. All paths are absolute. */
export interface Toolchain extends EngineToolchain {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  /** YAML files with the CustomResourceDefinitions of the gateways and of monitoring. */
  readonly crds: { readonly istio: string; readonly serviceMonitor: string };
}

/** What a set-up gives back, made from where the parts are. */
export interface Layout<T> {
  /** Name of the file that remembers the result. */
  readonly stamp: string;
  /** @param file path of the first file of a part */
  readonly paths: (file: (part: PartName) => string, pulumiHome: string) => T;
}

/** The layout of {@link EngineToolchain}. */
export const engineLayout: Layout<EngineToolchain> = {
  stamp: "ready-engine.json",
  paths: (file, pulumiHome) => ({ pulumiHome, pulumi: file("pulumi") }),
};

/** The layout of {@link Toolchain}. */
export const toolchainLayout: Layout<Toolchain> = {
  stamp: "ready.json",
  paths: (file, pulumiHome) => ({
    ...engineLayout.paths(file, pulumiHome),
    etcd: file("etcd"),
    kubeApiserver: file("kube-apiserver"),
    kubeControllerManager: file("kube-controller-manager"),
    crds: { istio: file("istio-crds"), serviceMonitor: file("service-monitor-crd") },
  }),
};
