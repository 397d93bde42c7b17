// An OpenID Connect provider on this machine: its discovery document, and its keys.
import { type IncomingMessage, type ServerResponse } from "node:http";
import { serve, type LoopbackServer } from "../../../dev/dataPlane/loopbackServer";
import { TokenIssuer } from "../../../dev/dataPlane/tokenIssuer";

/** A key takes a while to make. */
const KEYS = new TokenIssuer("https://id.example.com").jwks;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider whose answers a test may replace, by path. */
export class OpenIdProvider {
  readonly requests: string[] = [];
  readonly answers = new Map<string, Answer>();
  private constructor(private readonly server: LoopbackServer) {}

  /** @param realm path of its issuer, as Keycloak has several */
  static async start(realm = "/realms/oda"): Promise<OpenIdProvider> {
    const holder: { provider?: OpenIdProvider } = {};
    const server = await serve((request, response) => holder.provider?.handle(request, response));
    const provider = new OpenIdProvider(server);
    holder.provider = provider;
    provider.answer(`${realm}/.well-known/openid-configuration`, provider.discovery(realm));
    provider.answer(`${realm}/keys`, KEYS);
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  /** What a discovery document has to have (OpenID Connect Discovery 1.0, section 3). */
  discovery(realm: string): Readonly<Record<string, unknown>> {
    const issuer = this.url + realm;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }

  answer(path: string, body: unknown, status = 200): void {
    this.answers.set(path, (_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const { url = "" } = request;
    this.requests.push(url);
    const answer = this.answers.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  }
}
