// What the Automation API would have the CLI do, as a request to the warm engine.
import { EngineError } from "../errors";
import { type Operation, type RequestBody } from "./protocol";

/** An operation and its body. */
export interface EngineRequest {
  readonly operation: Operation;
  readonly body: RequestBody;
}

type Fields = Partial<
  Record<Exclude<keyof RequestBody, "workDir" | "env" | "create" | "events">, string | true>
>;

/** An option of a command, and the field it sets; without a field it changes nothing here. */
interface Option {
  readonly takesValue: boolean;
  readonly field?: keyof Fields;
}
type Options = Readonly<Record<string, Option>>;

interface Command {
  readonly operation: Operation;
  readonly options: Options;
}

const value = (field?: keyof Fields): Option => ({ takesValue: true, ...(field && { field }) });
const flag = (field?: keyof Fields): Option => ({ takesValue: false, ...(field && { field }) });

/** What the engine does anyway, and who started the CLI, which it puts into its statistics. */
const usual: Options = {
  "--yes": flag(),
  "--skip-preview": flag(),
  "--non-interactive": flag(),
  "--exec-kind": value(),
};
const ofStack: Options = { ...usual, "--stack": value("stack") };
const running: Options = { ...ofStack, "--event-log": value("eventLog") };
const withProgram: Options = { ...running, "--client": value("client"), "--refresh": flag("refresh") };
// The Automation API says where the program is also where none is run.
const withoutProgram: Options = { ...running, "--client": value() };
const reading: Options = { ...ofStack, "--show-secrets": flag("showSecrets") };

/** Commands by their words. One that has no `--stack` names its stack by itself. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["up", { operation: "up", options: withProgram }],
  ["preview", { operation: "preview", options: withProgram }],
  ["refresh", { operation: "refresh", options: withoutProgram }],
  [
    "destroy",
    {
      operation: "destroy",
      options: { ...withoutProgram, "--remove": flag("remove"), "--refresh": flag("refresh") },
    },
  ],
  ["cancel", { operation: "cancel", options: ofStack }],
  ["stack select", { operation: "select", options: ofStack }],
  ["stack output", { operation: "outputs", options: { ...reading, "--json": flag() } }],
  ["stack export", { operation: "export", options: reading }],
  ["stack rm", { operation: "remove", options: usual }],
  [
    "stack init",
    // The engine never selects a stack for the folder.
    {
      operation: "init",
      options: { ...usual, "--no-select": flag(), "--secrets-provider": value("secretsProvider") },
    },
  ],
]);

/** Operations that look at the live resources, so that providers take part. */
const LIVE: ReadonlySet<Operation> = new Set(["up", "preview", "refresh", "destroy"]);

/**
 * The request that arguments of the CLI stand for.
 *
 * @param environment Variables the CLI would get besides those of this process.
 * @throws EngineError for a command or an argument that the engine does not know: none is ignored.
 */
export function requestOf(
  args: readonly string[],
  workDir: string,
  environment: Readonly<Record<string, string>>,
): EngineRequest {
  const words = args[0] === "stack" ? 2 : 1;
  const name = args.slice(0, words).join(" ");
  const command = commands.get(name);
  if (command === undefined) throw new EngineError(`the warm engine does not know the command ${name}`);
  const { operation, options } = command;

  const fields = fieldsOf(name, options, args.slice(words));
  const { stack } = fields;
  if (typeof stack !== "string") throw new EngineError(`the command ${name} does not say which stack`);
  const env = LIVE.has(operation) ? providerVariables(environment) : {};
  const body = { workDir, ...fields, stack, ...(Object.keys(env).length > 0 && { env }) };
  return { operation, body: body as RequestBody };
}

function fieldsOf(name: string, options: Options, args: readonly string[]): Fields {
  const fields: Fields = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, key = arg, given] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const option = options[key];
    if (option === undefined) {
      if (key.startsWith("-") || "--stack" in options || fields.stack !== undefined) {
        throw new EngineError(`the warm engine does not know the argument ${key} of ${name}`);
      }
      fields.stack = key;
      continue;
    }
    const taken = option.takesValue ? (given ?? rest.shift()) : given;
    if (option.takesValue ? taken === undefined : taken !== undefined) {
      const rule = option.takesValue ? "needs a value" : "takes no value";
      throw new EngineError(`the argument ${key} of ${name} ${rule}`);
    }
    if (option.field !== undefined) fields[option.field] = taken ?? true;
  }
  return fields;
}

/**
 * Variables that concern the providers of a run. Those of the engine itself, among them the secrets of its backend,
 * are in the environment of its process.
 */
function providerVariables(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith("PULUMI_") || name.startsWith("PULUMI_K8S_"),
    ),
  );
}
