// How the APIs of these tests are exposed.
import { createHash } from "node:crypto";
import { defaultIstioSettings } from "../../../components";
import { type FakeArm } from "../../support/azure/fakeArm";
import { azureSettings, type Exposure } from "./installation";

/** Where API Management would reach the cluster. */
export const BACKEND = "http://203.0.113.9";

export const behindIstio: Exposure = { gateway: defaultIstioSettings };

/** Behind Azure, by the address of its Ingress. */
export function behindAzure(arm: FakeArm, spec: Exposure["spec"] = {}): Exposure {
  return { gateway: azureSettings(arm), context: { backend: BACKEND }, spec };
}

/** The same with a document, whose operations have these ids. */
export function documented(arm: FakeArm, ...operations: readonly string[]): Exposure {
  const paths = operations.map((id) => [`/${id}`, { get: { operationId: id, responses: {} } }] as const);
  const info = { title: "catalog", version: "4.0.0" };
  const document = JSON.stringify({ openapi: "3.0.1", info, paths: Object.fromEntries(paths) });
  const digest = createHash("sha256").update(document).digest("hex");
  const context = {
    backend: BACKEND,
    document: { digest, format: "openapi+json", version: "4.0.0" },
  } as const;
  return { gateway: azureSettings(arm), context, document };
}

/** Behind Azure, for callers with a token. */
export function guarded(arm: FakeArm): Exposure {
  const provider = {
    type: "oidc",
    name: "keycloak",
    issuer: "https://id.example.com",
    metadataUrl: "https://id.example.com/.well-known/openid-configuration",
    audiences: ["oda"],
  } as const;
  const gateway = { ...azureSettings(arm), jwt: [provider] };
  return { ...documented(arm, "list"), gateway, annotations: { "oda.tmforum.org/jwt": "keycloak" } };
}
