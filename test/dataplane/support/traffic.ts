// Requests through the gateway, and what is expected of the answers.
import { send, type ClientRequest, type ClientResponse, type SeenRequest } from "../../../dev/dataPlane";
import { until } from "../../../dev/until";
import { type World } from "./world";

/** A request to the gateway's port without TLS, unless `port` says otherwise. */
export type GatewayRequest = Omit<ClientRequest, "port"> & { readonly port?: number };

/** Milliseconds within which a change of the cluster has reached the gateway. */
const DEADLINE = 15_000;

/** Sends requests to the gateway of a world. */
export class Traffic {
  constructor(private readonly world: () => World) {}

  send(path: string, request: Omit<GatewayRequest, "path"> = {}): Promise<ClientResponse> {
    return send({ port: this.world().dataPlane.ports.http, path, ...request });
  }

  async status(path: string, request: Omit<GatewayRequest, "path"> = {}): Promise<number> {
    return (await this.send(path, request)).status;
  }

  /** Statuses of requests that are sent one after the other. */
  async statuses(count: number, path: string, request: Omit<GatewayRequest, "path"> = {}): Promise<number[]> {
    const seen: number[] = [];
    for (let index = 0; index < count; index++) seen.push(await this.status(path, request));
    return seen;
  }

  /** What the implementation saw of a request that is answered with 200. */
  async seen(path: string, request: Omit<GatewayRequest, "path"> = {}): Promise<SeenRequest> {
    const { status, body } = await this.send(path, request);
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${body}`);
    return JSON.parse(body) as SeenRequest;
  }

  /** Name of the implementation that answers, or the status of another answer. */
  async answeredBy(path: string, request: Omit<GatewayRequest, "path"> = {}): Promise<string | number> {
    const { status, body } = await this.send(path, request);
    return status === 200 ? (JSON.parse(body) as SeenRequest).implementation : status;
  }

  /** Sends a request until it has this status, and returns the answer. */
  async until(
    status: number,
    path: string,
    request: Omit<GatewayRequest, "path"> = {},
  ): Promise<ClientResponse> {
    let last: number | undefined;
    try {
      return await until(
        `${path} is answered with ${status}`,
        async () => {
          const response = await this.send(path, request);
          last = response.status;
          return response.status === status ? response : undefined;
        },
        DEADLINE,
      );
    } catch (error) {
      const words = await this.world().dataPlane.lastWords();
      throw new Error(`${path} is answered with ${last ?? "nothing"}, not ${status}\n${words}`, {
        cause: error,
      });
    }
  }

  /** Sends a request until this implementation answers. */
  async untilAnsweredBy(
    implementation: string,
    path: string,
    request: Omit<GatewayRequest, "path"> = {},
  ): Promise<void> {
    await until(
      `${implementation} answers ${path}`,
      async () => (await this.answeredBy(path, request)) === implementation,
      DEADLINE,
    );
  }

  /** Sends a request until the answer has a header with this value, or has it no more. */
  async untilHeader(
    header: string,
    value: string | undefined,
    path: string,
    request: Omit<GatewayRequest, "path"> = {},
  ): Promise<void> {
    await until(
      `${path} is answered with ${header}: ${value ?? "none"}`,
      async () => (await this.send(path, request)).headers[header] === value,
      DEADLINE,
    );
  }
}
