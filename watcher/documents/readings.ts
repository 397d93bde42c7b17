// How many documents are read at a time, and what a host that does not answer means for its other documents.
import { DocumentError } from "../../stack";
import { Limiter } from "../limiter";

/** Milliseconds for which a host that did not answer is not asked for other documents. */
const HOST_TROUBLE = 30_000;

/** Hosts whose documents are read at a time, when each is as slow as may be. */
const HOSTS = 4;

interface Host {
  readonly limiter: Limiter;
  readings: number;
}

interface Trouble {
  readonly error: DocumentError;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Bounds readings. A host that does not answer keeps no other from being asked. */
export class Readings {
  private readonly all: Limiter;
  private readonly hosts = new Map<string, Host>();
  private readonly troubles = new Map<string, Trouble>();

  /** @param perHost readings of one host at a time */
  constructor(private readonly perHost: number) {
    this.all = new Limiter(perHost * HOSTS);
  }

  /**
   * Reads when there is room.
   *
   * @param host name and port; undefined where none is asked
   * @throws the error of the reading, or that of another of the host which has not answered a moment ago.
   */
  async run<Result>(host: string | undefined, read: () => Promise<Result>): Promise<Result> {
    if (host === undefined) return this.all.run(read);
    const entry = this.hosts.get(host) ?? { limiter: new Limiter(this.perHost), readings: 0 };
    this.hosts.set(host, entry);
    entry.readings += 1;
    try {
      return await entry.limiter.run(() => this.ask(host, read));
    } finally {
      entry.readings -= 1;
      if (entry.readings === 0) this.hosts.delete(host);
    }
  }

  private async ask<Result>(host: string, read: () => Promise<Result>): Promise<Result> {
    const known = this.troubles.get(host);
    if (known !== undefined) {
      if (Date.now() < known.until) throw known.error;
      this.troubles.delete(host);
    }
    return this.all.run(async () => {
      try {
        const result = await read();
        this.troubles.delete(host);
        return result;
      } catch (error) {
        if (error instanceof DocumentError && error.ofHost) {
          this.troubles.set(host, { error, until: Date.now() + HOST_TROUBLE });
        }
        throw error;
      }
    });
  }
}
