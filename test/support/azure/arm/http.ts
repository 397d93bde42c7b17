/** What the stand-ins need of HTTP. */
import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type ArmAnswer } from "./service";

/** An answer with what stands in its head. */
export interface Answer extends ArmAnswer {
  readonly location?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Sends an answer. */
export function send(response: ServerResponse, { status, etag, body, location, retryAfter }: Answer): void {
  response.writeHead(status, {
    ...(etag === undefined ? {} : { etag }),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
  });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** Where a server on loopback is reached. */
export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The body of a request. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
