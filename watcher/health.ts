// The HTTP server of probes and metrics.
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { type Registry } from "prom-client";

/** What the probes ask. */
export interface HealthOptions {
  readonly host: string;
  /** Port, or 0 for a free one. */
  readonly port: number;
  readonly registry: Registry;
  /** Undefined when ready; otherwise what is being waited for. */
  readonly notReady: () => string | undefined;
  /** What is not as it was asked for though the watcher works; undefined when all is well. */
  readonly remark: () => string | undefined;
}

/** A running server. */
export interface HealthServer {
  /** Port it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/healthz` (the process answers), `/readyz` (it works) and `/metrics`.
 *
 * @throws the error of `listen`, for example EADDRINUSE.
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string): void => {
      response.writeHead(status, { "content-type": type }).end(body);
    };
    switch (request.url) {
      case "/healthz":
        reply(200, "text/plain", "ok\n");
        break;
      case "/readyz": {
        const waiting = options.notReady();
        const remark = options.remark();
        if (waiting === undefined)
          reply(200, "text/plain", remark === undefined ? "ok\n" : `ok\n${remark}\n`);
        else reply(503, "text/plain", `${waiting}\n`);
        break;
      }
      case "/metrics":
        options.registry.metrics().then(
          (text) => {
            reply(200, options.registry.contentType, text);
          },
          (error: unknown) => {
            reply(500, "text/plain", `${String(error)}\n`);
          },
        );
        break;
      default:
        reply(404, "text/plain", "/healthz, /readyz, /metrics\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
