/** The identity that Azure gives a process (managed identity of App Service, REST endpoint), on loopback. */
import { createServer, type Server } from "node:http";
import { send, urlOf } from "./arm/http";

/** Hands out one token to processes that are started with its environment. */
export class IdentityEndpoint {
  private constructor(private readonly server: Server) {}

  static async start(token: string): Promise<IdentityEndpoint> {
    const server = createServer((_request, response) => {
      const expires = String(Math.floor(Date.now() / 1000) + 3600);
      const body = { access_token: token, expires_on: expires, resource: "any", token_type: "Bearer" };
      send(response, { status: 200, body });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new IdentityEndpoint(server);
  }

  /** Environment in which the SDK finds the identity. */
  get environment(): Readonly<Record<"IDENTITY_ENDPOINT" | "IDENTITY_HEADER", string>> {
    return { IDENTITY_ENDPOINT: `${urlOf(this.server)}/msi/token`, IDENTITY_HEADER: "header" };
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
