// From the text of a platform file to what it says.
import { parseDocument } from "yaml";
import { Field, type FieldError, formatFieldError, isObject, optional } from "../../spec";
import { defaultWorkload } from "../istio/settings";
import { readAzureApim, readKeyVaultUrl } from "./azureApim";
import { block } from "./fields";
import { readApiKeys, readTls, readWorkload } from "./istioParts";
import { readJwtProviders } from "./jwtProviders";
import { type Platform, PlatformError } from "./platform";
import { readDefaults, readLocked } from "./policyDefaults";
import { readWhalecloudApig } from "./whalecloudApig";

const PARTS = [
  "gateway",
  "jwt",
  "apiKeys",
  "tls",
  "defaults",
  "locked",
  "azureApim",
  "whalecloudApig",
] as const;

/**
 * Reads a platform file: YAML (or JSON) of one document, whose parts are all optional. An empty file says nothing.
 *
 * @throws {@link PlatformError} with every field that is wrong, e.g. `jwt.providers[0].issuer: is required`
 */
export function readPlatform(text: string): Platform {
  const errors: FieldError[] = [];
  const file = block(new Field("", parseYaml(text), errors), PARTS);
  const part = (name: (typeof PARTS)[number]) => file.get(name, name);

  const jwt = readJwtProviders(part("jwt"));
  const workload = readWorkload(part("gateway"));
  const jwtProviders = jwt?.names ?? [];
  const azureApim = part("azureApim");
  const platform = {
    rules: {
      defaults: readDefaults(part("defaults"), jwtProviders),
      locked: readLocked(part("locked")),
      jwtProviders,
    },
    istio: {
      ...optional("workload", workload && { ...defaultWorkload, ...workload }),
      ...optional("jwt", jwt?.istio),
      ...optional("apiKeys", readApiKeys(part("apiKeys"))),
      ...optional("tls", readTls(part("tls"))),
    },
    ...optional("workload", workload),
    azureApim: readAzureApim(azureApim, jwt?.azure ?? []),
    ...optional("keyVaultUrl", readKeyVaultUrl(azureApim)),
    ...optional("whalecloudApig", readWhalecloudApig(part("whalecloudApig"))),
  };
  if (errors.length > 0) throw new PlatformError(errors.map(formatFieldError));
  return platform;
}

/** Warnings are errors here: they tell of what the file says and nobody would see. */
function parseYaml(text: string): unknown {
  const document = parseDocument(text);
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) throw new PlatformError(problems.map(({ message }) => firstLine(message)));
  const value = valueOf(document);
  if (value === null || value === undefined || isObject(value)) return value;
  throw new PlatformError([`must be a mapping with the keys ${PARTS.join(", ")}`]);
}

function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // More aliases than a file that people write has.
    throw new PlatformError([firstLine(String(error))]);
  }
}

/** Without the excerpt of the file that the parser adds. */
function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").replace(/:$/, "");
}
