// The discovery document of an OpenID Connect provider, and its key set.
import { HTTP_URL, isObject } from "../../spec";
import { defaultDocumentLimits, DocumentError, type DocumentLimits } from "../documents/document";
import { Fetcher } from "../documents/fetch";

/** A provider's document or key set cannot be used. The message begins with the URL of what is wrong. */
export class DiscoveryError extends Error {
  override readonly name = "DiscoveryError";
}

/** What gateways take from a discovery document (OpenID Connect Discovery 1.0, section 3). */
export interface Discovery {
  readonly issuer: string;
  readonly jwksUri: string;
}

/** Bounds of a request. */
export type DiscoveryLimits = Pick<DocumentLimits, "deadline" | "bytes" | "redirects">;

/** Documents and key sets have some kilobytes. */
export const defaultDiscoveryLimits: DiscoveryLimits = {
  deadline: 10_000,
  bytes: 256 * 1024,
  redirects: 3,
};

/** Reads discovery documents and key sets. The platform team says where they are: on this machine too, in a test. */
export class DiscoveryReader {
  private readonly limits: DocumentLimits;
  private readonly fetcher: Fetcher;

  constructor(limits: Partial<DiscoveryLimits> = {}) {
    this.limits = { ...defaultDocumentLimits, ...defaultDiscoveryLimits, ...limits, allowLoopback: true };
    this.fetcher = new Fetcher(this.limits);
  }

  /**
   * Reads a discovery document. Its issuer has to be the very text that is expected (OpenID Connect Discovery 1.0,
   * section 4.3): gateways compare it with that of tokens.
   *
   * @throws {@link DiscoveryError}
   */
  async discover(url: string, issuer: string, signal?: AbortSignal): Promise<Discovery> {
    const document = await this.json(url, signal);
    const { issuer: found, jwks_uri: jwksUri } = document;
    if (found !== issuer) {
      const what = typeof found === "string" ? `the issuer ${shown(found)}` : "no issuer";
      throw new DiscoveryError(`${url} names ${what}, not ${shown(issuer)}`);
    }
    if (typeof jwksUri !== "string" || !HTTP_URL.accepts(jwksUri)) {
      throw new DiscoveryError(`${url} names no jwks_uri that is an http or https URL`);
    }
    return { issuer, jwksUri };
  }

  /**
   * Reads a key set (RFC 7517).
   *
   * @returns how many keys it has, at least one
   * @throws {@link DiscoveryError}
   */
  async countKeys(url: string, signal?: AbortSignal): Promise<number> {
    const { keys } = await this.json(url, signal);
    if (Array.isArray(keys) && keys.length > 0) return keys.length;
    throw new DiscoveryError(`${url} is no key set with keys`);
  }

  /** Closes connections that are kept. */
  stop(): Promise<void> {
    return this.fetcher.stop();
  }

  private async json(
    url: string,
    signal = new AbortController().signal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { bytes } = this.limits;
    const fetched = await this.fetcher.fetch(url, { bytes, signal }).catch((error: unknown) => {
      const why = error instanceof DocumentError ? error.message : "cannot be fetched";
      throw new DiscoveryError(`${url} ${why}`);
    });
    const value = parsed(new TextDecoder().decode(fetched?.bytes));
    if (isObject(value)) return value;
    throw new DiscoveryError(`${url} is no JSON object`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A text of somebody else, short and on one line. */
function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
