import path from "node:path";
import { type PartName } from "./part";

/** Where the engine lies. All paths are absolute. */
export interface EngineToolchain {
  /**
   * `PULUMI_HOME` for engine runs. Its `plugins/` holds the Kubernetes provider under the name the engine
   * looks for, so the engine neither downloads it nor warns about one found on `PATH`.
   */
  readonly pulumiHome: string;
  /** The Pulumi CLI; `pulumi-language-nodejs` lies in the same directory. */
  readonly pulumi: string;
  /** The warm engine; undefined where it could not be built. */
  readonly warmEngine?: string;
}

/** A `PATH` on which the engines are found before any other. */
export function withEngines({ pulumi, warmEngine }: EngineToolchain, searchPath = ""): string {
  const programs = [pulumi, ...(warmEngine === undefined ? [] : [warmEngine])];
  return [...programs.map((program) => path.dirname(program)), searchPath].join(path.delimiter);
}

/** Where every real part lies that the demo and the end-to-end tests run. All paths are absolute. */
export interface Toolchain extends EngineToolchain {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  /** YAML files with the CustomResourceDefinitions of the gateways and of monitoring. */
  readonly crds: { readonly istio: string; readonly serviceMonitor: string };
}

/** The same with Istio's control plane and its proxy, for the tests with real traffic. */
export interface DataPlaneToolchain extends Toolchain {
  readonly istiod: string;
  readonly envoy: string;
}

/** Where a set-up has the parts. */
export interface Places {
  readonly pulumiHome: string;
  /** Path of the first file of a part. */
  readonly file: (part: PartName) => string;
  /** The same of a part that may be missing. */
  readonly optionalFile: (part: PartName) => string | undefined;
}

/** What a set-up gives back, made from where the parts are. */
export interface Layout<T> {
  /** Name of the file that remembers the result. */
  readonly stamp: string;
  readonly paths: (places: Places) => T;
}

/** The layout of {@link EngineToolchain}. */
export const engineLayout: Layout<EngineToolchain> = {
  stamp: "ready-engine.json",
  paths: ({ pulumiHome, file, optionalFile }) => {
    const warmEngine = optionalFile("warm-engine");
    return { pulumiHome, pulumi: file("pulumi"), ...(warmEngine === undefined ? {} : { warmEngine }) };
  },
};

/** The layout of {@link Toolchain}. */
export const toolchainLayout: Layout<Toolchain> = {
  stamp: "ready.json",
  paths: (places) => ({
    ...engineLayout.paths(places),
    etcd: places.file("etcd"),
    kubeApiserver: places.file("kube-apiserver"),
    kubeControllerManager: places.file("kube-controller-manager"),
    crds: { istio: places.file("istio-crds"), serviceMonitor: places.file("service-monitor-crd") },
  }),
};

/** The layout of {@link DataPlaneToolchain}, where parts may be missing. */
export const dataPlaneLayout: Layout<Toolchain & Partial<DataPlaneToolchain>> = {
  stamp: "ready-dataplane.json",
  paths: (places) => {
    const istiod = places.optionalFile("istiod");
    const envoy = places.optionalFile("envoy");
    return {
      ...toolchainLayout.paths(places),
      ...(istiod === undefined ? {} : { istiod }),
      ...(envoy === undefined ? {} : { envoy }),
    };
  },
};
