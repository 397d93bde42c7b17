// Gets a document over HTTP: with a deadline, a limit of bytes, few redirects, and never from where it must not be.
import { isIP } from "node:net";
import { request, type Dispatcher } from "undici";
import { isAddressAllowed, isHostAllowed, withoutBrackets } from "./addresses";
import { readBody } from "./body";
import { AddressRefusedError, documentDispatcher, type Resolve } from "./connect";
import { DocumentError, hostUnavailable, invalid, unavailable, type DocumentLimits } from "./document";

/** How one document is got. */
export interface FetchOptions {
  /** ETag of what is known already. */
  readonly etag?: string | undefined;
  /** Bytes that are left of the limit. */
  readonly bytes: number;
  /** Aborting gives up. */
  readonly signal: AbortSignal;
}

/** What was found. */
export interface Fetched {
  readonly bytes: Uint8Array;
  /** Where it was found after redirects, which references in it are relative to. */
  readonly url: string;
  readonly etag?: string | undefined;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** Documents that are sent although others were asked for are parsed all the same: many servers say text/plain. */
const ACCEPT = "application/json, application/yaml;q=0.9, text/yaml;q=0.8, */*;q=0.5";

/** Gets documents, over connections of its own. */
export class Fetcher {
  private readonly dispatcher: Dispatcher;

  /** @param resolve names for tests, in place of DNS */
  constructor(
    private readonly limits: DocumentLimits,
    resolve?: Resolve,
  ) {
    this.dispatcher = documentDispatcher(limits, resolve);
  }

  /**
   * Gets a document.
   *
   * @returns undefined where it is the one of `etag` still
   * @throws DocumentError whose message goes after the field: `cannot be fetched: status 404`.
   */
  async fetch(url: string, options: FetchOptions): Promise<Fetched | undefined> {
    const deadline = AbortSignal.timeout(this.limits.deadline);
    try {
      const signal = AbortSignal.any([deadline, options.signal]);
      return await this.follow(new URL(url), { ...options, signal });
    } catch (error) {
      if (error instanceof DocumentError) throw error;
      if (deadline.aborted) throw hostUnavailable(`was not there within ${this.limits.deadline / 1000} s`);
      if (options.signal.aborted) throw unavailable("was not there in time");
      throw hostUnavailable(`cannot be fetched: ${describe(error)}`);
    }
  }

  /** Ends its connections. */
  async stop(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private async follow(url: URL, options: FetchOptions): Promise<Fetched | undefined> {
    const { redirects: limit } = this.limits;
    let current = url;
    for (let redirects = 0; redirects <= limit; redirects++) {
      check(current, this.limits);
      const answer = await this.ask(current, options);
      if (!(answer instanceof URL)) return answer;
      if (current.protocol === "https:" && answer.protocol !== "https:") {
        throw unavailable("is redirected from https to http, which is not followed");
      }
      current = answer;
    }
    throw unavailable(`is redirected more than ${limit} times`);
  }

  /** One request. A URL is where it is redirected to. */
  private async ask(url: URL, { etag, bytes, signal }: FetchOptions): Promise<Fetched | URL | undefined> {
    const { limits, dispatcher } = this;
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal,
      headersTimeout: limits.deadline,
      bodyTimeout: limits.deadline,
      headers: {
        accept: ACCEPT,
        "accept-encoding": "gzip",
        "user-agent": "oda-api",
        ...(etag === undefined ? {} : { "if-none-match": etag }),
      },
    });
    // It ends early where nothing more of it is read.
    body.on("error", () => undefined);
    if (statusCode === 200) {
      const encoding = single(headers["content-encoding"]);
      const read = await readBody(body, encoding, bytes, limits.bytes);
      return { bytes: read, url: url.href, etag: single(headers["etag"]) };
    }
    body.destroy();
    if (statusCode === 304 && etag !== undefined) return undefined;
    const location = single(headers["location"]);
    if (!REDIRECTS.includes(statusCode) || location === undefined) {
      throw unavailable(`cannot be fetched: status ${statusCode}`);
    }
    if (!URL.canParse(location, url.href)) throw unavailable("is redirected to what is not a URL");
    return new URL(location, url);
  }
}

/** @throws DocumentError for a URL that must not be asked. */
function check(url: URL, limits: DocumentLimits): void {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid(`has the scheme ${url.protocol.slice(0, -1)}, and only http and https are fetched`);
  }
  if (url.username !== "" || url.password !== "") throw invalid("has a user name or password in its URL");
  if (!isHostAllowed(url.hostname, limits)) {
    throw invalid(`is on the host ${url.hostname}, which is not among those that may be asked`);
  }
  const address = withoutBrackets(url.hostname);
  if (isIP(address) !== 0 && !isAddressAllowed(address, limits)) throw refused(url.hostname);
}

function refused(host: string): DocumentError {
  return invalid(`is on the address ${host}, which must not be asked`);
}

/** Errors of the network by their codes: their messages may have addresses of the inside. */
function describe(error: unknown): string {
  if (error instanceof AddressRefusedError) return "its host resolves to an address that must not be asked";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return describe(cause);
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: "its host name is not known",
    EAI_AGAIN: "its host name cannot be resolved now",
    ECONNREFUSED: "its host refuses connections",
    ECONNRESET: "the connection was closed",
    UND_ERR_SOCKET: "the connection was closed",
    UND_ERR_CONNECT_TIMEOUT: "its host does not answer",
  };
  return known[code] ?? (code === "" ? "the request failed" : code);
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
