// One HTTP request and its answer, and whether the request can have been read where there is none.
import * as http from "node:http";
import * as https from "node:https";

/** Longest answer that is read, in bytes. */
export const MAX_ANSWER = 65_536;

/** What came of a request. */
export type Exchange =
  | {
      readonly result: "answered";
      readonly status: number;
      readonly retryAfter?: string;
      readonly text: string;
    }
  /** No connection: nobody can have read the request. */
  | { readonly result: "unsent"; readonly why: string }
  /** No whole answer: whether the request was read is not known. */
  | { readonly result: "unanswered"; readonly why: string };

/** A request of JSON. */
export interface Question {
  readonly url: URL;
  readonly body: object;
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number;
  /** Aborted to end it. */
  readonly signal: AbortSignal;
}

/** Posts JSON. Redirections are not followed. */
export async function post({ url, body, timeout, signal }: Question): Promise<Exchange> {
  const ending = new AbortController();
  const end = (why: string): void => {
    ending.abort(why);
  };
  const cancel = (): void => {
    end("the request was cancelled");
  };
  const timer = setTimeout(end, timeout, `no answer within ${timeout / 1000} s`);
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  try {
    return await exchange(url, Buffer.from(JSON.stringify(body)), ending.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

function exchange(url: URL, text: Buffer, signal: AbortSignal): Promise<Exchange> {
  const headers = { "content-type": "application/json", "content-length": text.length };
  const { request: open } = url.protocol === "https:" ? https : http;
  return new Promise((resolve) => {
    let connected = false;
    const fail = (error: NodeJS.ErrnoException): void => {
      resolve({ result: connected ? "unanswered" : "unsent", why: reasonOf(error, signal) });
    };
    // A connection of its own, so that none that the other side is about to close is taken.
    const request = open(url, { method: "POST", headers, agent: false, signal }, (response) => {
      readAnswer(response).then(resolve, fail);
    });
    request.once("socket", (socket) => {
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => (connected = true));
    });
    request.once("error", fail);
    request.end(text);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What is left unread goes with the connection, which the end of the loop closes.
    if (length > MAX_ANSWER) {
      return { result: "unanswered", why: `its answer has more than ${MAX_ANSWER} bytes` };
    }
    chunks.push(chunk);
  }
  const retryAfter = response.headers["retry-after"];
  return {
    result: "answered",
    status: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString("utf8"),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

function reasonOf(error: NodeJS.ErrnoException, signal: AbortSignal): string {
  if (signal.aborted) return String(signal.reason);
  if (error.code === "ECONNRESET") return "the connection ended before the answer did";
  return error.message;
}
