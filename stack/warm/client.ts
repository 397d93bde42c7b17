// Requests to the warm engine, one connection each: closing it interrupts what was asked for.
import { request, type IncomingMessage, type RequestOptions } from "node:http";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import { EngineGone } from "../address";
import { EngineError } from "../errors";
import { PROTOCOL, type AnswerLine, type Health, type Operation, type RequestBody } from "./protocol";

/** How an operation ended: what it gave, or the words that the CLI would print after `error: `. */
export type Answer = { readonly result: Readonly<Record<string, unknown>> } | { readonly error: string };

/** What to do while an operation is under way. */
export interface CallOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /** Aborting closes the connection; the call then ends with {@link EngineGone}. */
  readonly signal?: AbortSignal;
}

/**
 * Has the engine at a socket do something, and waits for its end however long it takes.
 *
 * @throws EngineGone when the engine cannot be reached or goes away before its last line; EngineError when what it
 * says is not the protocol.
 */
export async function call(
  socket: string,
  operation: Operation,
  body: RequestBody,
  options: CallOptions = {},
): Promise<Answer> {
  const { onEvent, signal } = options;
  const path = { method: "POST", path: `/v${PROTOCOL}/${operation}` };
  const response = await send({ socketPath: socket, ...path, ...(signal && { signal }) }, body);
  for await (const text of linesOf(response)) {
    const line = parsed(text);
    if (line.event !== undefined) onEvent?.(line.event);
    if (line.result !== undefined) return { result: line.result };
    if (line.error !== undefined) return { error: line.error.message };
  }
  throw new EngineGone("the engine went away before it had answered");
}

/**
 * Asks the engine at a socket how it is.
 *
 * @param timeout Milliseconds to wait for the answer.
 * @throws EngineGone when there is none in time; EngineError when it is not the protocol.
 */
export async function health(socket: string, timeout: number): Promise<Health> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
  }, timeout);
  let text = "";
  let status: number | undefined;
  try {
    const path = `/v${PROTOCOL}/health`;
    const response = await send({ socketPath: socket, path, signal: late.signal });
    status = response.statusCode;
    for await (const line of linesOf(response)) text += line;
  } finally {
    clearTimeout(timer);
  }
  const answer = parsed(text);
  if (status !== 200) throw new EngineError(answer.error?.message ?? text);
  return answer as unknown as Health;
}

function send(options: RequestOptions, body?: RequestBody): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...options, agent: false });
    asking.once("response", resolve);
    asking.once("error", (error) => {
      reject(gone(error));
    });
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Lines of an answer; what follows the last line break was cut off. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw gone(error);
  }
}

function parsed(line: string): AnswerLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null) {
    throw new EngineError(`the engine answered with what is no line of its protocol: ${line.slice(0, 80)}`);
  }
  return value;
}

function gone(error: unknown): EngineGone {
  return new EngineGone(`the engine went away: ${(error as Error).message}`);
}
