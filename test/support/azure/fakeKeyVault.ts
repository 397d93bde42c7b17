// A Key Vault over HTTPS, as the SDK meets it: the challenge, the answers, and faults on demand.
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo } from "node:net";
import { type TokenCredential } from "@azure/core-auth";
import { selfSigned } from "../../../dev/dataPlane/certificate";

/** An answer in place of the usual one. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TENANT = "11111111-1111-4111-8111-111111111111";

/** Key Vault's secrets, of which each read is counted. */
export class FakeKeyVault {
  /** Values by the names of secrets. */
  readonly secrets = new Map<string, string>();
  /** Names of the secrets that somebody with a token has asked for, in order. */
  readonly reads: string[] = [];
  /** Requests without a token. */
  challenges = 0;
  /** The only token that is taken. */
  token = "a-token-that-is-a-secret";
  private port = 0;
  private readonly faults: Fault[] = [];
  private readonly held: (() => void)[] = [];
  private holding = false;

  private constructor(
    private readonly server: Server,
    /** The certificate to trust, PEM. */
    readonly certificate: string,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (this.holding)
        this.held.push(() => {
          this.handle(request, response);
        });
      else this.handle(request, response);
    });
  }

  static async start(secrets: Readonly<Record<string, string>> = {}): Promise<FakeKeyVault> {
    const { cert, key } = selfSigned("localhost", "*.example.com");
    const vault = new FakeKeyVault(createServer({ cert, key }), cert);
    for (const [name, value] of Object.entries(secrets)) vault.secrets.set(name, value);
    await vault.open();
    return vault;
  }

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  /** Requests that are held. */
  get waiting(): number {
    return this.held.length;
  }

  /** Somebody with a token that this vault takes. */
  get credential(): TokenCredential {
    return {
      getToken: () => Promise.resolve({ token: this.token, expiresOnTimestamp: Date.now() + 3_600_000 }),
    };
  }

  /** Answers the next requests that have a token with these. */
  fail(...faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /** Takes requests and leaves them without an answer. */
  hold(): void {
    this.holding = true;
  }

  /** Answers those that were held. */
  release(): void {
    this.holding = false;
    for (const answer of this.held.splice(0)) answer();
  }

  /** Listens, again on the same port after {@link close}. */
  async open(): Promise<void> {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.server.unref();
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private handle({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.authorization !== `Bearer ${this.token}`) {
      this.challenges += 1;
      const authority = `https://login.microsoftonline.com/${TENANT}`;
      response.setHeader(
        "www-authenticate",
        `Bearer authorization="${authority}", resource="https://vault.azure.net"`,
      );
      reply(response, 401, { error: { code: "Unauthorized", message: "there is no token" } });
      return;
    }
    const name = /^\/secrets\/([^/?]+)/.exec(url)?.[1] ?? "";
    this.reads.push(name);
    const fault = this.faults.shift();
    const value = this.secrets.get(name);
    if (fault !== undefined) {
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(fault.body ?? JSON.stringify({ error: { code: "Fault", message: "a fault" } }));
    } else if (value === undefined) {
      reply(response, 404, { error: { code: "SecretNotFound", message: `no secret ${name}` } });
    } else {
      reply(response, 200, { value, id: `${this.url}/secrets/${name}/0123`, attributes: { enabled: true } });
    }
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
