// Requests as clients of a gateway make them.
import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/** A request to a port on 127.0.0.1. */
export interface ClientRequest {
  readonly port: number;
  readonly path: string;
  /** Default GET. */
  readonly method?: string;
  /** The `Host` header, and the server name (SNI) with TLS. Default `gateway.test`. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address the client connects from, of 127.0.0.0/8. Default 127.0.0.1. */
  readonly from?: string;
  /** Certificate (PEM) of the issuer to trust, for a request with TLS. */
  readonly ca?: string;
}

/** A complete answer. */
export interface ClientResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Milliseconds after which a request without an answer is given up. */
const TIMEOUT = 5_000;

/**
 * Sends one request over a connection of its own.
 *
 * @throws when there is no connection, TLS fails, or no answer comes
 */
export function send(request: ClientRequest): Promise<ClientResponse> {
  return sendWith(false, request);
}

/** A client without TLS that keeps its connection open from one request to the next. */
export class KeptConnection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** See {@link send}. */
  send(request: Omit<ClientRequest, "ca">): Promise<ClientResponse> {
    return sendWith(this.agent, request);
  }

  close(): void {
    this.agent.destroy();
  }
}

function sendWith(agent: Agent | false, request: ClientRequest): Promise<ClientResponse> {
  const { port, path, method = "GET", host = "gateway.test", headers = {}, from = "127.0.0.1", ca } = request;
  const options = {
    port,
    path,
    method,
    host: "127.0.0.1",
    localAddress: from,
    agent,
    timeout: TIMEOUT,
  };
  const allHeaders = { host, ...headers };
  return new Promise((resolve, reject) => {
    const sent =
      ca === undefined
        ? httpRequest({ ...options, headers: allHeaders })
        : httpsRequest({ ...options, headers: allHeaders, ca, servername: host });
    sent.on("response", (response) => {
      read(response).then(resolve, reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer within ${TIMEOUT} ms`)));
    sent.on("error", reject);
    sent.end();
  });
}

async function read(response: IncomingMessage): Promise<ClientResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, body: Buffer.concat(chunks).toString("utf8") };
}
