// What the toolchain is made of, as types.

export type PartName =
  | "pulumi"
  | "kubernetes-provider"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "istio-crds"
  | "service-monitor-crd"
  | "warm-engine";

/** A file that can be downloaded, and how to know that it is the right one. */
export interface Download {
  readonly url: string;
  /** `pinned` is the hash itself, `url` a file of its publisher: one hash, or lines of "hash  file name". */
  readonly sha256: { readonly pinned: string } | { readonly url: string };
  /** Whether the files of the part are inside a tar.gz, at any depth; otherwise it is the file itself. */
  readonly archive: boolean;
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
      readonly env: string;
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
  readonly installed?: Installed;
  /** Absent when the vendor publishes nothing for the platform. */
  readonly download?: Download;
  readonly go: readonly GoSource[];
}
