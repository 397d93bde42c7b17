/**
 * From a custom resource, as the Kubernetes API or a manifest gives it, to the model.
 *
 * It reads shapes, not `apiVersion`: the CRD converts nothing (conversion strategy None), so an object read at v1 may
 * still have the shape of the version it was written in. Unknown fields are ignored, as the CRD preserves them.
 */
import { annotationOf } from "./annotations";
import { readBasicAuth } from "./basicAuth";
import { readDocuments } from "./documents";
import { readPolicies } from "./effectivePolicies";
import { type FieldError, InvalidSpecError } from "./errors";
import { Field } from "./field";
import {
  type ApiType,
  COMPONENT_NAME_LABEL,
  type ExposedApi,
  FOREIGN_CHANGES_ANNOTATION,
  foreignChangesModes,
  GATEWAY_ANNOTATION,
  MONITORING_ANNOTATION,
  type ResourceKind,
} from "./model";
import { DNS_LABEL, DNS_SUBDOMAIN, HOST_NAME, LABEL_VALUE, PLAIN_TEXT } from "./names";
import { optional } from "./optional";
import { noRules, type PlatformRules } from "./platform";
import { readApiKeyVerification, readOasValidation, readQuota } from "./policies";
import { API_PATH, PAGE } from "./web";

/** The oldest charts call their kind `api`. */
const KINDS: Readonly<Record<"ExposedAPI" | "API" | "api", ResourceKind>> = {
  ExposedAPI: "ExposedAPI",
  API: "API",
  api: "API",
};

const PORTS = { from: 1, to: 65535 } as const;

/**
 * Parses and validates one `ExposedAPI` (or older `API`) object.
 *
 * @param object the whole custom resource: `kind`, `metadata`, `spec`; anything else in it is ignored
 * @param rules what the platform team decides for every API
 * @returns a deeply frozen model; equal resources give equal models, in whichever version's shape they are written
 * @throws InvalidSpecError with every field that breaks a rule
 */
export function parseExposedApi(object: unknown, rules: PlatformRules = noRules): ExposedApi {
  const errors: FieldError[] = [];
  const resource = new Field("", object, errors);
  const part = (name: "kind" | "metadata" | "spec") => resource.get(name, name);

  const spec = part("spec").required().object();
  const metadata = part("metadata").required().object();
  const kind = KINDS[part("kind").required().oneOf(["ExposedAPI", "API", "api"]) ?? "ExposedAPI"];
  const api = {
    kind,
    ...readMetadata(metadata),
    ...readService(spec, kind),
    ...readDetails(spec),
    ...readPolicies(spec, metadata, rules),
  };
  if (errors.length > 0) throw new InvalidSpecError(errors);
  return deepFreeze(api);
}

// Where a required value is wrong, its reader has noted the error and the empty value in its place is never seen.

/** `default` is the namespace in which kubectl creates a manifest that names none. */
function readMetadata(metadata: Field) {
  const label = metadata.get("labels").object().get(COMPONENT_NAME_LABEL, `["${COMPONENT_NAME_LABEL}"]`);
  metadata.get("annotations").object();
  const annotation = (name: string) => annotationOf(metadata, name).text(PLAIN_TEXT);
  return {
    namespace: metadata.get("namespace").text(DNS_LABEL) ?? "default",
    name: metadata.get("name").required().text(DNS_SUBDOMAIN) ?? "",
    ...optional("uid", metadata.get("uid").text(PLAIN_TEXT)),
    ...optional("componentName", label.text(LABEL_VALUE)),
    ...optional("gateway", annotation(GATEWAY_ANNOTATION)),
    ...optional("monitoring", annotation(MONITORING_ANNOTATION)),
    ...optional(
      "foreignChanges",
      annotationOf(metadata, FOREIGN_CHANGES_ANNOTATION).oneOf(foreignChangesModes),
    ),
  };
}

/** The fields that the CRD requires. */
function readService(spec: Field, kind: ResourceKind) {
  return {
    apiName: spec.get("name").required().text(PLAIN_TEXT) ?? "",
    apiType: readApiType(spec, kind),
    implementation: spec.get("implementation").required().text(DNS_LABEL) ?? "",
    path: spec.get("path").required().text(API_PATH) ?? "",
    port: spec.get("port").required().integer(PORTS) ?? 0,
  } as const;
}

/** The older kind may spell the field `apitype`, and leave it out: such an object is an OpenAPI, the only type then. */
function readApiType(spec: Field, kind: ResourceKind): ApiType {
  const key = spec.get("apitype").isSet && !spec.get("apiType").isSet ? "apitype" : "apiType";
  const type = kind === "API" ? spec.get(key) : spec.get(key).required();
  return type.oneOf(["openapi", "prometheus", "openmetrics", "mcp"]) ?? "openapi";
}

/** The optional fields. The CRD gives `required` no default; here an API is not required unless it says so. */
function readDetails(spec: Field) {
  return {
    segment:
      spec.get("segment").oneOf(["coreFunction", "managementFunction", "securityFunction"]) ?? "coreFunction",
    specification: readDocuments(spec.get("specification")),
    ...optional("developerUI", spec.get("developerUI").text(PAGE)),
    ...optional("hostname", spec.get("hostname").text(HOST_NAME)?.toLowerCase()),
    ...optional("template", spec.get("template").text(PLAIN_TEXT)),
    resources: readResources(spec.get("resources")),
    required: spec.get("required").boolean() ?? false,
    ...optional("apiSDO", spec.get("apiSDO").text(PLAIN_TEXT)),
    ...optional("basicAuth", readBasicAuth(spec.get("basicAuth"))),
    apiKeyVerification: readApiKeyVerification(spec.get("apiKeyVerification")),
    quota: readQuota(spec.get("quota")),
    oasValidation: readOasValidation(spec.get("OASValidation")),
  } as const;
}

/** Texts, or the CRD's objects without a schema, of which `name` is all that can be told apart. */
function readResources(field: Field): readonly string[] {
  return field.items().flatMap((item) => {
    const name = typeof item.value === "string" ? item : item.object().get("name");
    return name.text(PLAIN_TEXT) ?? [];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
