/** The WhaleCloud API gateway on loopback: its two requests, what is bound, and faults on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type ApiSpec } from "../../../provider/model";

/** By what the gateway tells APIs apart. */
export type Key = "path" | "name" | "path and name";

/** What goes wrong with one request. */
export interface Fault {
  /** Whether the gateway does what it is asked all the same. */
  readonly done?: boolean;
  /** What it answers; `nothing` keeps the connection open, `cut` closes it. */
  readonly answer: Answer | "nothing" | "cut";
  /** Which request it waits for; any where absent. */
  readonly of?: Operation;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body: unknown;
}

type Operation = "bind" | "unbind";

const operations: Readonly<Record<string, Operation>> = {
  "/operator/AutoCreation/createAPIFromSwagger": "bind",
  "/operator/AutoCreation/removeAPIFromSwagger": "unbind",
};

/** A request that came. */
export interface ApigRequest {
  readonly operation: Operation;
  readonly spec: ApiSpec;
  /** The paths that were bound after it. */
  readonly paths: readonly string[];
}

export const success = { res_code: "0000", res_message: "success" } as const;

/** Its refusal of a request to remove what it does not have. */
const absent = { res_code: "1003", res_message: "the API does not exist" } as const;

export class FakeApig {
  readonly requests: ApigRequest[] = [];
  port = 0;
  private readonly apis = new Map<string, ApiSpec>();
  private readonly faults: Fault[] = [];

  private constructor(
    private readonly server: Server,
    private readonly key: Key,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.serve(request, response);
    });
  }

  /**
   * @param port 0 for any that is free
   * @param bound what is bound from the start, as after a restart of the gateway
   */
  static async start(key: Key = "path", port = 0, bound: readonly ApiSpec[] = []): Promise<FakeApig> {
    const server = createServer();
    const fake = new FakeApig(server, key);
    for (const spec of bound) fake.perform("bind", spec);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    fake.port = (server.address() as AddressInfo).port;
    return fake;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What is bound, in the order in which it came. */
  get bound(): readonly ApiSpec[] {
    return [...this.apis.values()];
  }

  /** The requests in words, e.g. `bind /shop`. */
  get asked(): readonly string[] {
    return this.requests.map(({ operation, spec }) => `${operation} ${spec.path}`);
  }

  /** Has the next requests go wrong, one after the other. */
  fail(...faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /** Whether a fault still waits for its request. */
  get failing(): boolean {
    return this.faults.length > 0;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = operations[request.url ?? ""];
    if (operation === undefined || request.method !== "POST") {
      reply(response, { status: 404, body: "<html>not found</html>" });
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const spec = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ApiSpec;
    const fault = this.faultFor(operation);
    const answer = fault === undefined || fault.done === true ? this.perform(operation, spec) : undefined;
    this.requests.push({ operation, spec, paths: this.bound.map(({ path }) => path) });
    if (fault?.answer === "cut") response.destroy();
    else if (fault?.answer !== "nothing") reply(response, fault?.answer ?? { body: answer });
  }

  private faultFor(operation: Operation): Fault | undefined {
    const index = this.faults.findIndex(({ of = operation }) => of === operation);
    return index === -1 ? undefined : this.faults.splice(index, 1)[0];
  }

  private perform(operation: Operation, spec: ApiSpec): unknown {
    const keys = { path: spec.path, name: spec.name, "path and name": `${spec.path} ${spec.name}` };
    const key = keys[this.key];
    if (operation === "bind") {
      this.apis.set(key, spec);
      return success;
    }
    return this.apis.delete(key) ? success : absent;
  }
}

function reply(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
