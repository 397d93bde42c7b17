// Checks a document against the JSON Schema of its specification.
import SwaggerParser from "@apidevtools/swagger-parser";
import { invalid } from "./document";
import { type JsonObject } from "./json";

/** Problems that are named, of those there are. */
const NAMED = 3;

type Api = Exclude<Parameters<typeof SwaggerParser.validate>[0], string>;

/** What is wrong in one place, as Ajv tells it. */
interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * Checks a document whose references are resolved, but for those to its own schemas.
 *
 * @throws DocumentError naming the first places where something is wrong.
 */
export async function validate(document: JsonObject): Promise<void> {
  try {
    await SwaggerParser.validate(document as unknown as Api, {
      // It neither reads nor resolves anything: a document that doubles with each reference would never be done.
      resolve: { external: false, file: false, http: false },
      dereference: { circular: "ignore", excludedPathMatcher: () => true },
      validate: { spec: false },
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const details = "details" in error ? (error.details as readonly SchemaError[]) : [];
    throw invalid(`is not valid: ${details.length === 0 ? firstLine(error.message) : describe(details)}`);
  }
}

/** The deepest places first: where alternatives fail, those above only say that none of them fits. */
function describe(errors: readonly SchemaError[]): string {
  const telling = errors.filter(
    ({ keyword, params }) =>
      !["oneOf", "anyOf", "if", "dependentSchemas"].includes(keyword) &&
      params?.["missingProperty"] !== "$ref",
  );
  const depth = ({ instancePath }: SchemaError): number => instancePath.split("/").length;
  const sorted = [...(telling.length > 0 ? telling : errors)].sort((a, b) => depth(b) - depth(a));
  const texts = [...new Set(sorted.map(describeOne))];
  const more = texts.length > NAMED ? `, and ${texts.length - NAMED} more` : "";
  return texts.slice(0, NAMED).join("; ") + more;
}

function describeOne({ instancePath, message, params }: SchemaError): string {
  const unknown = params?.["additionalProperty"] ?? params?.["unevaluatedProperty"];
  const name = typeof unknown === "string" ? ` (${unknown.slice(0, 100)})` : "";
  return `#${instancePath.slice(0, 300)} ${message ?? "is wrong"}${name}`;
}

function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").slice(0, 300);
}
