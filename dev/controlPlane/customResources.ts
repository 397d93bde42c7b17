import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { type Toolchain } from "../toolchain";
import { type ApiClient } from "./apiClient";
import { waitFor } from "./waitFor";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const SHIPPED = path.join(__dirname, "../../deploy/crds");

/** Which flavour of the ODA kinds a control plane serves. */
export interface OdaCrds {
  /** `plain` is as shipped and as in TM Forum's charts; `status-subresource` is what other vendors ship. */
  readonly variant: "plain" | "status-subresource";
  /** Serve the kind `API` that came before `ExposedAPI`, in place of it or beside it; not at all when left out. */
  readonly legacyApiKind?: "instead" | "beside" | undefined;
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: { subresources?: { status: object } }[] };
  readonly status?: { readonly conditions?: { readonly type: string; readonly status: string }[] };
}

/** The manifests (YAML) of the ODA kinds, ExposedAPI and the older API first, then Component. */
export async function odaCrds({ variant, legacyApiKind }: OdaCrds): Promise<string[]> {
  const files = [
    ...(legacyApiKind === "instead" ? [] : [path.join(SHIPPED, "exposedapi.yaml")]),
    ...(legacyApiKind === undefined ? [] : [path.join(__dirname, "crds/api.yaml")]),
    path.join(SHIPPED, "component.yaml"),
  ];
  const manifests = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return variant === "plain" ? manifests : manifests.map(withStatusSubresource);
}

/** The same definition with a status subresource in every version. */
export function withStatusSubresource(manifest: string): string {
  const definition = parse(manifest) as Definition;
  for (const version of definition.spec.versions) version.subresources = { status: {} };
  return stringify(definition);
}

/** The manifests (YAML) of the kinds the gateways and the monitoring write. */
export async function thirdPartyCrds(toolchain: Toolchain): Promise<string[]> {
  const files = await Promise.all(
    [toolchain.crds.istio, toolchain.crds.serviceMonitor].map((file) => readFile(file, "utf8")),
  );
  return files.flatMap((text) => text.split(/^---$/m)).filter((document) => /^kind:/m.test(document));
}

/** Creates the definitions and waits until the API server serves all of them. */
export async function installCrds(client: ApiClient, manifests: readonly string[]): Promise<void> {
  const names = await Promise.all(
    manifests.map(async (manifest) => ((await client.create(CRDS, manifest)) as Definition).metadata.name),
  );
  await Promise.all(
    names.map((name) =>
      waitFor(`the CustomResourceDefinition ${name} to be established`, 20_000, async () => {
        const { body } = await client.send("GET", `${CRDS}/${name}/status`);
        return isEstablished(JSON.parse(body) as Definition) ? true : undefined;
      }),
    ),
  );
}

function isEstablished({ status }: Definition): boolean {
  return status?.conditions?.some((one) => one.type === "Established" && one.status === "True") ?? false;
}
