/** One address for several API Management services, as Azure Resource Manager has. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { urlOf } from "./arm/http";
import { type FakeArm } from "./fakeArm";

/** Hands each request to the service that its path names. */
export class ResourceManager {
  private constructor(
    private readonly server: Server,
    private readonly services: readonly FakeArm[],
  ) {
    server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      this.pass(incoming, response);
    });
  }

  static async start(...services: readonly FakeArm[]): Promise<ResourceManager> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ResourceManager(server, services);
  }

  get url(): string {
    return urlOf(this.server);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url = "" } = incoming;
    const path = decodeURIComponent(url).toLowerCase();
    const service = this.services.find((arm) => path.startsWith(arm.idOf("").toLowerCase()));
    if (service === undefined) {
      response.writeHead(404).end();
      return;
    }
    const passed = request(new URL(url, service.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    incoming.pipe(passed);
  }
}
