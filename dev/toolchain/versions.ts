import { coerce, satisfies } from "semver";

/**
 * The versions of every part. To change one, see docs/toolchain.md: the Go modules in go/ and, for Pulumi, the
 * npm packages have to follow.
 */
export const VERSIONS = {
  pulumi: "3.246.0",
  kubernetesProvider: "4.25.0",
  kubernetes: "1.36.3",
  etcd: "3.6.11",
  istioApi: "1.31.1",
  prometheusOperator: "0.85.0",
  /** Version of Istio's Go module; Istio does not tag it. */
  istiod: "0.0.0-20260827124520-eed52ebb66ad",
  envoy: "1.40.0",
} as const;

/** The oldest version of an installed part that is taken instead of our own. */
export const OLDEST_INSTALLED = {
  pulumi: VERSIONS.pulumi,
  kubernetes: "1.34.0",
  etcd: "3.5.0",
  envoy: "1.37.0",
} as const;

/** SHA-256 of the files whose publisher gives none; equal to those in the Go modules of the same version. */
export const SHA256 = {
  istioCrds: "c0ad59e008658765412badb836e73a523a355e3d792a32ad3c0711a728be5aff",
  serviceMonitorCrd: "1dae27b7189b5ce7b9ab764656c18b4c75a45cde1e6f3af6a5e84c4317628919",
} as const;

/** The first version number in a program's answer, for example "1.36.3" in "Kubernetes v1.36.3". */
export function versionIn(text: string): string | undefined {
  return coerce(text)?.version;
}

/** Whether `version` has the same major number as `oldest` and is not older. */
export function isCompatible(version: string, oldest: string): boolean {
  return satisfies(version, `^${oldest}`);
}
