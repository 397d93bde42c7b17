// The one table that turns what the engine prints into an error class.
import {
  type LockHolder,
  EngineError,
  StackLockedError,
  TransientError,
  type TransientReason,
} from "./errors";
import { azureWords, withinService } from "./azure/messages";
import { withoutCredentials } from "./redact";

/** The stack the command names does not exist. Handled inside `stack/`; never reaches a caller. */
export class StackMissing extends Error {}

/** The stack to create exists already. Handled inside `stack/`; never reaches a caller. */
export class StackExists extends Error {}

/**
 * Fields were to be given back to an object that does not exist any more. A refresh forgets them: tried inside `stack/`
 * before it reaches a caller.
 */
export class PatchedObjectMissing extends TransientError {
  constructor(message: string) {
    super("WorkloadMissing", message);
  }
}

interface Rule {
  readonly pattern: RegExp;
  /** Whether it is looked for only in what the errors say of Azure API Management. */
  readonly isOfAzure?: true;
  readonly error: (message: string, output: string) => Error;
}

const transient =
  (reason: TransientReason) =>
  (message: string): Error =>
    new TransientError(reason, message);

/** A status with which Azure Resource Manager answered, in the words of the provider azure-native. */
function azureStatus(statuses: string, ...others: readonly string[]): RegExp {
  const before = String.raw`Status=|cannot check existence of resource '[^']*': status code |HTTP status: |\bRESPONSE `;
  return new RegExp([`(?:${before})(?:${statuses})\\b`, ...others].join("|"));
}

/** First match wins: the specific before the general. Each row has a test with the engine's own words. */
const rules: readonly Rule[] = [
  // A gateway's own words follow, which may be anything: before all others.
  {
    pattern: /the WhaleCloud API gateway at \S+ is unavailable: /,
    error: transient("GatewayUnavailable"),
  },
  { pattern: /the WhaleCloud API gateway at \S+ refused to /, error: transient("GatewayRejected") },
  {
    pattern: /the WhaleCloud API gateway at \S+ denied access: /,
    error: transient("GatewayUnauthorized"),
  },
  { pattern: /no stack named '.*' found/, error: (message) => new StackMissing(message) },
  { pattern: /stack '.*' already exists/, error: (message) => new StackExists(message) },
  {
    // The last is the warm engine's of a run of its own, whose caller has gone and which has not ended yet.
    pattern:
      /currently locked by \d+ lock|Another update is currently in progress|another run of stack '.*' is under way/,
    error: (_message, output) => new StackLockedError(lockHolders(output)),
  },
  { pattern: /no resource plugin '.*' found/, error: transient("EngineMissing") },
  { pattern: /incorrect passphrase|passphrase must be set/, error: transient("WrongPassphrase") },
  // Before Azure: where the state is kept there, its errors read alike.
  {
    pattern:
      /open bucket|could not list bucket|failed to load checkpoint|: blob \(|error: performing HTTP request|no space left on device/,
    error: transient("BackendUnavailable"),
  },
  {
    isOfAzure: true,
    pattern: azureStatus(
      "401|403",
      "Credential: failed to acquire a token",
      "Credential authentication failed",
      String.raw`AADSTS\d+`,
      "must be configured when authenticating",
    ),
    error: transient("GatewayUnauthorized"),
  },
  {
    isOfAzure: true,
    pattern: azureStatus("409|412", "cannot create already existing (?:sub)?resource '"),
    error: transient("GatewayConflict"),
  },
  {
    isOfAzure: true,
    pattern: azureStatus(
      String.raw`408|429|5\d\d`,
      // A request without an answer. One that was cut off as the run was to stop is no trouble of the gateway.
      String.raw`"https?://[^"]*/providers/Microsoft\.ApiManagement/[^"]*": (?!context canceled)`,
      "operation timed out",
    ),
    error: transient("GatewayUnavailable"),
  },
  { isOfAzure: true, pattern: azureStatus(String.raw`4\d\d`), error: transient("GatewayRejected") },
  {
    pattern: /Unauthorized|has asked for the client to provide credentials/,
    error: transient("Unauthorized"),
  },
  // The provider's reading of an apply without a spec that the API server took for a create.
  {
    pattern: /this Patch resource is currently managing a required field/,
    error: (message) => new PatchedObjectMissing(message),
  },
  {
    pattern:
      /(Deployment|StatefulSet|DaemonSet)\.apps "[^"]+" is invalid: .*spec\.selector: Required value|(deployments|statefulsets|daemonsets)\.apps "[^"]+" not found/,
    error: transient("WorkloadMissing"),
  },
  { pattern: /Apply failed with \d+ conflict|field conflict detected/i, error: transient("FieldConflict") },
  { pattern: /is forbidden: User|cannot .* resource .* in API group/, error: transient("Forbidden") },
  { pattern: /no matches for kind|could not find the requested resource/, error: transient("CrdMissing") },
  {
    pattern: /namespaces "?[^" ]+"? not found|because it is being terminated/,
    error: transient("NamespaceMissing"),
  },
  {
    pattern:
      /cluster is unreachable|failed to fetch OpenAPI schema|ServiceUnavailable|TooManyRequests|etcdserver:|API server: rpc error:/i,
    error: transient("ApiServerUnavailable"),
  },
  {
    pattern:
      /denied (the )?request|is invalid:|Invalid value:|failed to create typed patch object|exceeded quota:/,
    error: transient("Rejected"),
  },
  // The connection between the engine and a provider, whose process has ended.
  {
    pattern:
      /error reading from server: |transport is closing|client connection is closing|code = Unavailable desc = connection error|(failed to load|could not read) plugin/,
    error: transient("EngineStopped"),
  },
  {
    pattern:
      /connection refused|i\/o timeout|TLS handshake|connection reset|no route to host|unexpected EOF|context deadline exceeded|Client\.Timeout/,
    error: transient("ApiServerUnavailable"),
  },
  {
    pattern:
      /update (was )?cancell?ed|cancellation requested|Resource operation was cancelled|context canceled/i,
    error: transient("EngineStopped"),
  },
];

/**
 * The error for the output of a failed CLI process: a class of `stack/errors.ts`, or {@link StackMissing} or
 * {@link StackExists}.
 */
export function classifyOutput(output: string): Error {
  const message = errorLines(output);
  const text = errorSection(output);
  const ofAzure = azureWords(text);
  const rule = rules.find(({ pattern, isOfAzure }) => pattern.test(isOfAzure === true ? ofAzure : text));
  const error = rule === undefined ? new EngineError(message) : rule.error(message, output);
  return notingDeletions(error, output);
}

/** Errors of runs in which nothing but deletions failed. */
const deletions = new WeakSet<Error>();

/** Whether an error is that of a run which failed in nothing but to delete what was not declared. */
export function failedToDelete(error: Error): boolean {
  return deletions.has(error);
}

/** Has {@link failedToDelete} know of an error what the output of its run says. */
export function notingDeletions<Failure extends Error>(error: Failure, output: string): Failure {
  const failed = [...plain(output).matchAll(FAILED)].filter(([, , type]) => type !== "pulumi:pulumi:Stack");
  const isDeletion =
    failed.length > 0 && failed.every(([, step, , what]) => `${step}${what}` === "- deleting ");
  if (isDeletion) deletions.add(error);
  return error;
}

/**
 * What the CLI prints of a resource that has failed: a mark of its step, its type, its name, and what of it failed. The
 * mark of what goes before it is made again is another one.
 */
const FAILED = /^ (.{2}) (\S+) .*?\*\*([a-z]+ )?failed\*\*/gm;

/** What the engine puts before the reason of a resource that was made in part. */
const LIST_OF_ONE = /\b1 error occurred: \* /g;

/** Longest message kept: enough for the engine's words, short enough for a status. */
const MAX_MESSAGE = 600;

/** What the provider was trying again when a run was stopped, to end a sentence with; empty when nothing. */
export function lastRetry(output: string): string {
  const retry = [...output.matchAll(/(?:creation|update) failed: (.+)/g)].at(-1)?.[1];
  return retry === undefined ? "" : `; it was trying again after: ${presentable(retry.trim())}`;
}

/** What the engine calls errors, once each, without colours, headings and the closing summary. */
export function errorLines(output: string): string {
  const lines = errorSection(output)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.flatMap((line, index) => {
    const text = /(?:^|\s)error: (.*)$/.exec(line)?.[1];
    if (text === undefined || /^(update|preview|destroy) failed$/.test(text)) return [];
    // The provider puts the API server's answer on the lines after its own.
    return [text, ...continuation(lines, index + 1)];
  });
  const text = [...new Set(errors)].join(" ").replaceAll(LIST_OF_ONE, "");
  const kept = text === "" ? lines.slice(-5).join(" ") : text;
  return presentable(kept);
}

/** What may stand in a status that everybody reads. */
function presentable(text: string): string {
  const redacted = withinService(withoutCredentials(text));
  return redacted.length > MAX_MESSAGE ? `${redacted.slice(0, MAX_MESSAGE)}…` : redacted;
}

/**
 * What follows the heading of the errors, or everything where a command failed before its run. The progress before
 * it repeats the errors and holds those of tries that the provider went on from.
 */
function errorSection(output: string): string {
  const text = plain(output);
  return /^Diagnostics:$(.*)/ms.exec(text)?.[1] ?? text;
}

function plain(output: string): string {
  // eslint-disable-next-line no-control-regex -- colours are control sequences
  return output.replace(/\u001b\[[0-9;]*m/g, "");
}

/** Lines that belong to the error before them: up to the next heading, error, warning or section. */
function continuation(lines: readonly string[], from: number): string[] {
  const rest = lines.slice(from);
  const end = rest.findIndex((line) =>
    /^(error|warning|info):|^[A-Z][a-z]+:$|^\S+ \(\S+\):$|^[a-z-]+:\S+/.test(line),
  );
  return end === -1 ? rest.slice(0, 3) : rest.slice(0, Math.min(end, 3));
}

/** Holders listed in the message of Pulumi's self-managed backends. */
export function lockHolders(output: string): readonly LockHolder[] {
  const pattern = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;
  return [...output.matchAll(pattern)].map(([, user = "", host = "", pid, since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}
