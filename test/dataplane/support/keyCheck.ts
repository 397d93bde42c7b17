// An external authorization service that knows API keys.
import { serve, type LoopbackServer } from "../../../dev/dataPlane";

/** Lets requests pass whose header `x-api-key` has the right key, and refuses others with 403. */
export class KeyCheck {
  /** Name in the mesh configuration. */
  static readonly PROVIDER = "api-key-check";
  /** Name of its Service. */
  static readonly SERVICE = "api-key-check";
  static readonly KEY = "a-key-of-a-client";
  /** Paths it was asked about. */
  readonly asked: string[] = [];
  private server: LoopbackServer | undefined;

  static async start(): Promise<KeyCheck> {
    const check = new KeyCheck();
    check.server = await serve((request, response) => {
      check.asked.push(request.url ?? "");
      response.statusCode = request.headers["x-api-key"] === KeyCheck.KEY ? 200 : 403;
      response.end();
    });
    return check;
  }

  get port(): number {
    return this.server?.port ?? 0;
  }

  /** Its entry among the `extensionProviders` of the mesh configuration. */
  extensionProvider(namespace: string): object {
    return {
      name: KeyCheck.PROVIDER,
      envoyExtAuthzHttp: {
        service: `${KeyCheck.SERVICE}.${namespace}.svc.cluster.local`,
        port: 8080,
        includeRequestHeadersInCheck: ["x-api-key"],
      },
    };
  }

  async close(): Promise<void> {
    await this.server?.close();
  }
}
