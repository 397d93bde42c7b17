import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ReadableStream } from "node:stream/web";
import { type Download } from "./part";

/** How long a host may take to begin to answer, and how long a download may stand still. */
export interface DownloadTimeouts {
  readonly answerMs: number;
  readonly idleMs: number;
}

/** Downloads files whose SHA-256 is known from their publisher. */
export class Downloader {
  private readonly unreachable = new Map<string, string>();

  /**
   * @param directory for files that are on their way; an interrupted download continues from here
   */
  constructor(
    private readonly directory: string,
    private readonly timeouts: DownloadTimeouts = { answerMs: 5_000, idleMs: 30_000 },
  ) {}

  /**
   * Downloads a file and returns its path, which the caller moves or removes.
   *
   * @param onProgress receives bytes so far, and in all when the server says so
   * @throws when the host cannot be reached (then at once for every later file of the same host), the answer
   *   is not the file, it is cut off, or its hash is another one
   */
  async fetch(download: Download, onProgress: (bytes: number, total?: number) => void): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    const name = path.posix.basename(new URL(download.url).pathname);
    const expected = await this.expectedHash(download, name);
    const partial = path.join(this.directory, `${name}.${expected.slice(0, 12)}.part`);
    const complete = partial.slice(0, -".part".length);
    await this.fetchInto(download.url, partial, onProgress);
    const actual = await sha256(partial);
    if (actual !== expected) {
      await rm(partial);
      throw new Error(`${download.url} has the SHA-256 ${actual}, its publisher says ${expected}`);
    }
    await rename(partial, complete);
    return complete;
  }

  private async expectedHash({ sha256: source }: Download, name: string): Promise<string> {
    if ("pinned" in source) return source.pinned;
    const response = await this.request(source.url);
    const hash = hashFor(name, await response.text());
    if (hash === undefined) throw new Error(`${source.url} has no SHA-256 of ${name}`);
    return hash;
  }

  private async fetchInto(
    url: string,
    partial: string,
    onProgress: (bytes: number, total?: number) => void,
  ): Promise<void> {
    const have = (await stat(partial).catch(() => undefined))?.size ?? 0;
    const idle = new AbortController();
    const response = await this.request(url, have, idle.signal);
    if (response.status === 416) return; // all of it is there already
    const resumed = response.status === 206;
    let bytes = resumed ? have : 0;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : bytes + length;
    const body = Readable.fromWeb((response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>);
    const standsStill = (): void => {
      idle.abort(new Error(`no data for ${this.timeouts.idleMs / 1000} s`));
    };
    let timer = setTimeout(standsStill, this.timeouts.idleMs);
    body.on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
      onProgress(bytes, total);
      clearTimeout(timer);
      timer = setTimeout(standsStill, this.timeouts.idleMs);
    });
    try {
      await pipeline(body, createWriteStream(partial, { flags: resumed ? "a" : "w" }));
    } catch (error) {
      throw new Error(`${url} was cut off after ${bytes} bytes: ${reasonOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  private async request(url: string, offset = 0, stop?: AbortSignal): Promise<Response> {
    const { host } = new URL(url);
    const known = this.unreachable.get(host);
    if (known !== undefined) throw new Error(known);
    const slow = new AbortController();
    const timer = setTimeout(() => {
      slow.abort(new Error(`no answer within ${this.timeouts.answerMs / 1000} s`));
    }, this.timeouts.answerMs);
    let response: Response;
    try {
      response = await fetch(url, {
        headers: { "accept-encoding": "identity", ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) },
        signal: stop ? AbortSignal.any([slow.signal, stop]) : slow.signal,
      });
    } catch (error) {
      const message = `${host} cannot be reached: ${reasonOf(error)}`;
      this.unreachable.set(host, message);
      throw new Error(message, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok && response.status !== 416) throw new Error(`${url} answered ${response.status}`);
    return response;
  }
}

/** The hash of a file in its publisher's list: a lone hash, or lines of "hash  name" (`*name` for binary). */
export function hashFor(name: string, list: string): string | undefined {
  for (const line of list.trim().split("\n")) {
    const [hash = "", file = name] = line.trim().split(/\s+/);
    if (/^[0-9a-f]{64}$/i.test(hash) && file.replace(/^\*/, "") === name) return hash.toLowerCase();
  }
  return undefined;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** fetch says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
