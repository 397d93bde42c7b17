/**
 * Speaks to ARM as azure-native 3 does through azcore: waits for work that was accepted, tries again what may pass, and
 * says in the same words what does not.
 */
import { setTimeout as wait } from "node:timers/promises";
import { API_VERSION, type Values } from "./kinds";

/** What the stand-in is told by its environment. */
export interface ArmClientOptions {
  /** Where ARM is, without a path. */
  readonly url: string;
  /** Milliseconds before a request is tried again for the first time: 20 s in the real one, then thrice and six times that. */
  readonly retryDelay: number;
  /** Milliseconds between questions about work that was accepted: 10 s in the real one. */
  readonly pollDelay: number;
  /** Whether there is an identity to sign in with. */
  readonly credential: boolean;
}

/** An answer that is a refusal. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Whether the request was accepted before it failed. */
    readonly accepted = false,
  ) {
    super(message);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location: string | null;
  readonly retryAfter: string | null;
}

const RETRIED: readonly number[] = [408, 429, 500, 502, 503, 504];
const RETRY_FACTORS = [1, 3, 6] as const;

const NO_CREDENTIAL = [
  "DefaultAzureCredential: failed to acquire a token.",
  "Attempted credentials:",
  "\tEnvironmentCredential: missing environment variable AZURE_TENANT_ID",
  "\tWorkloadIdentityCredential: no client ID specified. Check pod configuration or set ClientID in the options",
  "\tManagedIdentityCredential: the requested identity isn't assigned to this resource",
].join("\n");

export class ArmClient {
  private readonly stopped = new AbortController();

  constructor(private readonly options: ArmClientOptions) {}

  /** No request goes on or begins after this. */
  cancel(): void {
    this.stopped.abort();
  }

  /** @throws Error where the entity is there already, or where that cannot be told. */
  async mustBeNew(id: string): Promise<void> {
    const { status, body } = await this.send("GET", id);
    if (status === 200) throw new Error(`cannot create already existing resource '${id}'`);
    if (status === 404) return;
    throw new Error(`cannot check existence of resource '${id}': status code ${status}, ${body}`);
  }

  /** What ARM tells of an entity, or undefined when it is not there. */
  async get(id: string): Promise<Values | undefined> {
    const answer = await this.send("GET", id);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refused(answer);
    return JSON.parse(answer.body) as Values;
  }

  /** Writes an entity and waits until that is done. */
  async put(id: string, body: object): Promise<void> {
    let answer = await this.send("PUT", id, body);
    const accepted = answer.status === 202;
    while (answer.status === 202 && answer.location !== null) {
      await this.wait(this.options.pollDelay);
      answer = await this.send("GET", answer.location);
    }
    if (![200, 201, 204].includes(answer.status)) throw refused(answer, accepted);
  }

  /** Deletes an entity. One that is not there is fine. */
  async delete(id: string): Promise<void> {
    const answer = await this.send("DELETE", id);
    if (![200, 202, 204, 404].includes(answer.status)) throw refused(answer);
  }

  /** Sends a request as often as it takes, or as is worth while. */
  private async send(method: string, target: string, body?: object): Promise<Answer> {
    if (!this.options.credential) throw new Error(NO_CREDENTIAL);
    const url = target.startsWith("http")
      ? target
      : `${this.options.url}${target}?api-version=${API_VERSION}`;
    for (const factor of RETRY_FACTORS) {
      const answer = await this.try(method, url, body).catch((error: unknown) => {
        if (this.stopped.signal.aborted) throw error;
        return undefined;
      });
      if (answer !== undefined && !isPassing(answer)) return answer;
      const asked = Number(answer?.retryAfter ?? 0) * 1_000;
      await this.wait(asked > 0 ? asked : this.options.retryDelay * factor);
    }
    return this.try(method, url, body);
  }

  private async try(method: string, url: string, body: object | undefined): Promise<Answer> {
    try {
      const response = await fetch(url, {
        method,
        headers: { authorization: "Bearer stand-in", "content-type": "application/json; charset=utf-8" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: this.stopped.signal,
      });
      const { status, headers } = response;
      const text = await response.text();
      return {
        status,
        body: text,
        location: headers.get("location"),
        retryAfter: headers.get("retry-after"),
      };
    } catch (error) {
      throw new Error(`${titled(method)} "${url}": ${this.inGo(error, url)}`, { cause: error });
    }
  }

  /** What Go's HTTP client says where Node.js says something else. */
  private inGo(error: unknown, url: string): string {
    if (this.stopped.signal.aborted) return "context canceled";
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    return code === "ECONNREFUSED" ? `dial tcp ${new URL(url).host}: connect: connection refused` : "EOF";
  }

  private async wait(milliseconds: number): Promise<void> {
    await wait(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => {
      throw new Error("context canceled");
    });
  }
}

function isPassing({ status, body }: Answer): boolean {
  return RETRIED.includes(status) || (status === 409 && body.includes('"AnotherOperationInProgress"'));
}

function refused({ status, body }: Answer, accepted = false): ArmError {
  const { error } = JSON.parse(body) as {
    readonly error: { readonly code: string; readonly message: string };
  };
  return new ArmError(status, `Status=${status} Code="${error.code}" Message="${error.message}"`, accepted);
}

function titled(method: string): string {
  return method.charAt(0) + method.slice(1).toLowerCase();
}
