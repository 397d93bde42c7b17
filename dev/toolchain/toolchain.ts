/** Where every real part lies that the demo and the end-to-end tests run. All paths are absolute. */
export interface Toolchain {
  /**
   * `PULUMI_HOME` for engine runs. Its `plugins/` holds the Kubernetes provider under the name the engine
   * looks for, so the engine neither downloads it nor warns about one found on `PATH`.
   */
  readonly pulumiHome: string;
  /** The Pulumi CLI; `pulumi-language-nodejs` lies in the same directory. */
  readonly pulumi: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  /** YAML files with the CustomResourceDefinitions of the gateways and of monitoring. */
  readonly crds: { readonly istio: string; readonly serviceMonitor: string };
}
