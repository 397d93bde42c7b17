// A web server on loopback for tests of documents.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

/** What is answered to a path: a text, or whatever a function does. */
export type Page = string | ((response: ServerResponse, request: IncomingMessage) => void);

/** A server of pages by path. */
export interface WebServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  readonly pages: Map<string, Page>;
  /** Paths that were asked for. */
  readonly requests: string[];
  readonly stop: () => Promise<void>;
}

/** Starts a server. A path without a page is answered with 404. */
export async function startWebServer(): Promise<WebServer> {
  const pages = new Map<string, Page>();
  const requests: string[] = [];
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    const page = pages.get(path.split("?", 1)[0] ?? "");
    if (page === undefined) response.writeHead(404).end("not here");
    else if (typeof page === "string") response.end(page);
    else page(response, request);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pages,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server for each test of the suite it is called in. */
export function useWebServer(): () => WebServer {
  let server: WebServer;
  beforeEach(async () => {
    server = await startWebServer();
  });
  afterEach(() => server.stop());
  return () => server;
}
