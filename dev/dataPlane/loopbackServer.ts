// HTTP servers on the loopback interface that a gateway or istiod calls.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { type AddressInfo } from "node:net";

/** A server that listens on 127.0.0.1 until it is closed; it does not keep the process alive. */
export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

/** What an implementation saw of a request, as it answers with JSON. */
export interface SeenRequest {
  /** Who answered. */
  readonly implementation: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An implementation that answers every request, a preflight too, with 200 and what it saw of it. */
export function serveImplementation(implementation: string): Promise<LoopbackServer> {
  return serve((request, response) => {
    const { method = "", url = "", headers } = request;
    const seen: SeenRequest = {
      implementation,
      method,
      path: url,
      headers: headers as Record<string, string>,
    };
    request.resume();
    response.setHeader("content-type", "application/json").end(JSON.stringify(seen));
  });
}
