/**
 * Azure Resource Manager on loopback, with one API Management service: entities with ETags, the rules between them,
 * work that is accepted and asked about (202), faults on demand, and the side that callers reach.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AcceptedWork } from "./arm/acceptedWork";
import { Faults, type Fault } from "./arm/faults";
import { send, textOf, urlOf, type Answer } from "./arm/http";
import { kindOf, type Properties } from "./arm/kinds";
import { proxied } from "./arm/proxy";
import { Refusal } from "./arm/refusal";
import { ArmService, type ServicePlace } from "./arm/service";

/** The service of a test that does not say another. */
export const PLACE: ServicePlace = {
  subscriptionId: "11111111-2222-4333-8444-555555555555",
  resourceGroup: "canvas",
  serviceName: "canvas-apim",
};

/** One request, and what was answered: 0 where the connection was cut. */
export interface ArmRequest {
  readonly method: string;
  /** Below the service. */
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** Kinds whose writes are accepted and done later (REST reference, "202 Accepted"). */
const LONG_RUNNING: readonly unknown[] = ["apis/*", "namedValues/*"];

/** A request as it came. */
interface Sent {
  readonly url: URL;
  /** Below the service. */
  readonly path: string;
  readonly body: string;
}

export class FakeArm {
  /** Requests in the order of their answers. */
  readonly requests: ArmRequest[] = [];
  readonly faults = new Faults();
  private readonly accepted = new AcceptedWork();

  private constructor(
    private readonly service: ArmService,
    private readonly arm: Server,
    private readonly proxy: Server,
  ) {
    arm.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.handle(request, response);
    });
    proxy.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const { pathname } = new URL(request.url ?? "", "http://gateway");
      const { method = "", headers } = request;
      const call = { method, path: pathname, authorization: headers.authorization };
      send(response, proxied(service.entities, call));
    });
  }

  static async start(place: ServicePlace = PLACE): Promise<FakeArm> {
    const [arm, proxy] = [createServer(), createServer()];
    for (const server of [arm, proxy]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    return new FakeArm(new ArmService(place), arm, proxy);
  }

  /** Where ARM is reached, without a path. */
  get url(): string {
    return urlOf(this.arm);
  }

  /** Where callers reach the APIs. */
  get gatewayUrl(): string {
    return urlOf(this.proxy);
  }

  /** ARM id of an entity. */
  idOf(path: string): string {
    return `${this.service.id}/${path}`;
  }

  /** Paths of all entities below the service, sorted. */
  entities(): readonly string[] {
    return this.service.entities.all().map(({ path }) => path);
  }

  /** Properties of an entity as they were written, or undefined when it is not there. */
  properties(path: string): Properties | undefined {
    return this.service.entities.get(path)?.properties;
  }

  etag(path: string): string | undefined {
    return this.service.entities.get(path)?.etag;
  }

  /** Somebody else writes these properties of an entity, which may be new. */
  edit(path: string, properties: Properties): void {
    const method = this.service.entities.get(path) === undefined ? "PUT" : "PATCH";
    this.service.answer({ method, path, properties });
  }

  /** Somebody else deletes an entity. */
  remove(path: string): void {
    this.service.answer({ method: "DELETE", path });
  }

  /** Requests of a method, as `METHOD path`. */
  sent(method: string): readonly string[] {
    return this.requests.filter((one) => one.method === method).map(({ path }) => `${method} ${path}`);
  }

  async stop(): Promise<void> {
    for (const server of [this.arm, this.proxy]) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? "", "http://arm");
    const method = request.method ?? "";
    const path = this.service.pathOf(decodeURIComponent(url.pathname)) ?? url.pathname;
    await this.faults.released(method, path);
    const fault = this.faults.next(method, path);
    const cut = fault !== undefined && "cut" in fault ? fault.cut : undefined;
    const answer = cut === "before" ? { status: 0 } : this.answerTo(request, { url, path, body }, fault);
    const status = cut === undefined ? answer.status : 0;
    this.requests.push({ method, path, status, body });
    if (cut === undefined) send(response, answer);
    else response.destroy();
  }

  private answerTo(request: IncomingMessage, sent: Sent, fault: Fault | undefined): Answer {
    try {
      if (fault !== undefined && "answer" in fault) {
        const { answer: status, code = "Fault", message = "A fault.", retryAfter } = fault;
        throw new Refusal(status, code, message, [], retryAfter);
      }
      this.checkRequest(request, sent);
      return this.work(request, sent, fault !== undefined && "accepted" in fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.answer;
    }
  }

  private work({ method = "", headers }: IncomingMessage, { url, path, body }: Sent, fails: boolean): Answer {
    const known = this.accepted.poll(url, this.url);
    if (known !== undefined) return known;
    if (path === "") return { status: 200, body: this.describe() };
    if (fails) {
      const { answer } = new Refusal(500, "InternalServerError", "The import failed.");
      return this.accepted.accept(answer, url, this.url);
    }
    const { properties } = (body === "" ? {} : JSON.parse(body)) as { readonly properties?: Properties };
    const call = { method, path, ifMatch: headers["if-match"], ...(properties && { properties }) };
    const answer = this.service.answer(call);
    const takesTime = method === "PUT" && LONG_RUNNING.includes(kindOf(path));
    return takesTime ? this.accepted.accept(answer, url, this.url) : answer;
  }

  private checkRequest({ method, headers }: IncomingMessage, { url, path }: Sent): void {
    // Azure's client for Node.js sends no token without TLS. Only the provider makes something.
    const makes = method === "PUT" || method === "PATCH";
    if (makes && headers.authorization?.startsWith("Bearer ") !== true) {
      throw new Refusal(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
      );
    }
    if (!url.searchParams.has("api-version")) {
      throw new Refusal(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
    }
    if (path === url.pathname) {
      throw new Refusal(404, "ResourceNotFound", `The Resource '${path}' was not found.`);
    }
  }

  private describe(): object {
    return {
      id: this.service.id,
      name: this.service.place.serviceName,
      type: "Microsoft.ApiManagement/service",
      sku: { name: "Developer", capacity: 1 },
      properties: { gatewayUrl: this.gatewayUrl, provisioningState: "Succeeded" },
    };
  }
}
