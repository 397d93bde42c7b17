import { type Attempts } from "./obtain";
import { type Part } from "./part";
import { GO_VERSION } from "./goBuild";
import { OLDEST_INSTALLED, VERSIONS } from "./versions";

/** A part that could not be had, and everything that was tried for it. */
export interface MissingPart {
  readonly part: Part;
  /** Why nothing installed was taken. */
  readonly installed: string;
  readonly attempts: Attempts;
}

/** Parts of the toolchain are missing; the message says what was tried and what the user can do. */
export class ToolchainError extends Error {
  constructor(readonly missing: readonly MissingPart[]) {
    super(
      [
        `The toolchain lacks ${missing.length} of its parts.`,
        ...missing.map(describe),
        "",
        ...advice(missing.map(({ part }) => part)),
      ].join("\n"),
    );
    this.name = "ToolchainError";
  }
}

function describe({ part, installed, attempts }: MissingPart): string {
  const tried = attempts.map(({ way, problem }) => `    ${way}: ${indent(problem)}`);
  return [`  ${part.name} ${part.version}`, `    installed: ${installed}`, ...tried].join("\n");
}

/** Tells in one line what becomes of a part that may be missing, why it is, and what brings it. */
export function leavingOut({ name, version, optional = "", remedy }: Part, attempts: Attempts): string {
  const problem = attempts.at(-1)?.problem ?? "";
  const help = remedy ?? `Go ${GO_VERSION} or newer (https://go.dev/dl) and npm run setup bring it.`;
  return `${name} ${version} is left out: ${optional}. ${help} The reason: ${indent(problem)}`;
}

function advice(missing: readonly Part[]): string[] {
  const remedies = missing.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]));
  return [...remedies, ...(remedies.length === missing.length ? [] : generalAdvice())];
}

function generalAdvice(): string[] {
  return [
    "Any one of these helps:",
    `  - install Go ${GO_VERSION} or newer from https://go.dev/dl; the parts are then built here`,
    "  - give access to github.com, raw.githubusercontent.com and dl.k8s.io; the parts are then downloaded",
    `  - set KUBEBUILDER_ASSETS to a directory with etcd (${OLDEST_INSTALLED.etcd} or newer), kube-apiserver and`,
    `    kube-controller-manager (${OLDEST_INSTALLED.kubernetes} or newer), and PULUMI_HOME to one whose bin/ has Pulumi`,
    `    ${OLDEST_INSTALLED.pulumi} or newer and which has the plugin "resource kubernetes ${VERSIONS.kubernetesProvider}"`,
  ];
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n      ");
}
