// Documents in the manner of TM Forum's Open APIs.
import { DocumentError } from "../../../stack/documents";
import { defaultDocumentLimits, type ImportedDocument } from "../../../stack/documents/document";
import { importDocument, type OtherDocument } from "../../../stack/documents/import";

/** Members of a JSON object, as tests look into them. */
export interface Tree {
  readonly [name: string]: Tree;
}

const info = { title: "Product Catalog Management", version: "4.1.0" };

/** Swagger 2.0, as TM Forum published version 4 of its APIs: a schema of it contains itself. */
export const swagger = {
  swagger: "2.0",
  info,
  host: "serverRoot",
  basePath: "/tmf-api/productCatalogManagement/v4/",
  schemes: ["https"],
  consumes: ["application/json;charset=utf-8"],
  produces: ["application/json;charset=utf-8"],
  paths: {
    "/category": {
      get: {
        operationId: "listCategory",
        parameters: [{ $ref: "#/parameters/fields" }],
        responses: {
          200: {
            description: "Success",
            headers: { "X-Total-Count": { type: "integer" } },
            schema: { type: "array", items: { $ref: "#/definitions/Category" } },
          },
          400: { $ref: "#/responses/BadRequest" },
        },
      },
    },
    "/category/{id}": {
      get: {
        parameters: [{ name: "id", in: "path", required: true, type: "string" }],
        responses: { 200: { description: "Success", schema: { $ref: "#/definitions/Category" } } },
      },
    },
  },
  parameters: { fields: { name: "fields", in: "query", type: "string" } },
  responses: { BadRequest: { description: "Bad request", schema: { $ref: "#/definitions/Error" } } },
  definitions: {
    Category: {
      type: "object",
      required: ["name"],
      properties: {
        "@type": { type: "string", default: "Category" },
        name: { type: "string" },
        subCategory: { type: "array", items: { $ref: "#/definitions/Category" } },
      },
    },
    Error: { type: "object", properties: { code: { type: "string" } } },
    Unused: { type: "string" },
  },
} as const;

/** OpenAPI 3.0.1, as version 5: parameters and responses are components, schemas have discriminators. */
export const openapi = {
  openapi: "3.0.1",
  info: { ...info, version: "5.0.0" },
  servers: [{ url: "https://serverRoot/tmf-api/productCatalogManagement/v5/" }],
  paths: {
    "/category": {
      get: {
        operationId: "listCategory",
        parameters: [{ $ref: "#/components/parameters/Fields" }],
        responses: {
          200: { $ref: "#/components/responses/CategoryArray" },
          default: { $ref: "#/components/responses/Error" },
        },
      },
      post: {
        requestBody: { $ref: "#/components/requestBodies/Category" },
        responses: { 201: { description: "Created" } },
      },
    },
  },
  components: {
    parameters: { Fields: { name: "fields", in: "query", schema: { type: "string" } } },
    requestBodies: {
      Category: {
        required: true,
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Category" },
            examples: { one: { $ref: "#/components/examples/Category" } },
          },
        },
      },
    },
    responses: {
      CategoryArray: {
        description: "Success",
        headers: { "X-Total-Count": { $ref: "#/components/headers/Count" } },
        content: {
          "application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/Category" } } },
        },
      },
      Error: {
        description: "Error",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
    headers: { Count: { schema: { type: "integer" } } },
    examples: { Category: { value: { name: "Cloud", $ref: "#/nowhere" } } },
    schemas: {
      Entity: {
        type: "object",
        discriminator: { propertyName: "@type", mapping: { Category: "#/components/schemas/Category" } },
        properties: { "@type": { type: "string" } },
      },
      Category: {
        allOf: [
          { $ref: "#/components/schemas/Entity" },
          {
            type: "object",
            properties: {
              name: { type: "string" },
              parent: { $ref: "#/components/schemas/CategoryRefOrValue" },
            },
          },
        ],
      },
      CategoryRefOrValue: {
        oneOf: [{ $ref: "#/components/schemas/Category" }, { $ref: "#/components/schemas/CategoryRef" }],
      },
      CategoryRef: { type: "object", properties: { id: { type: "string" }, $ref: { type: "string" } } },
      Error: { type: "object", properties: { code: { type: "string" } } },
    },
  },
} as const;

/** The smallest document that is one, with other members. */
export function document(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { openapi: "3.0.3", info, paths: { "/a": { get: operation({}) } }, ...members };
}

/** An operation whose answer has this schema. */
export function operation(schema: unknown): Record<string, unknown> {
  return { responses: { 200: { description: "", content: { "application/json": { schema } } } } };
}

/** Imports a document and others that it may refer to; a text is taken as it is. */
export async function imported(
  value: unknown,
  others: Readonly<Record<string, unknown>> = {},
  url?: string,
): Promise<ImportedDocument & { readonly value: Tree }> {
  const bytesOf = (each: unknown): Uint8Array =>
    each instanceof Uint8Array ? each : Buffer.from(typeof each === "string" ? each : JSON.stringify(each));
  const limit = defaultDocumentLimits.importedBytes;
  const given: OtherDocument[] = [];
  for (;;) {
    const step = await importDocument({ bytes: bytesOf(value), url, base: url }, given, limit);
    if ("imported" in step) {
      return { ...step.imported, value: JSON.parse(step.imported.text) as Tree };
    }
    for (const missing of step.missing) {
      if (!Object.hasOwn(others, missing)) throw new Error(`${missing} is asked for`);
      given.push({ bytes: bytesOf(others[missing]), url: missing });
    }
  }
}

/** The message of a document that is refused, which begins with the reason. */
export async function refusal(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof DocumentError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  throw new Error("the document is taken");
}
