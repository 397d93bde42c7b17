import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { KubeConfig, type KubernetesObject } from "@kubernetes/client-node";

type Json = Record<string, unknown>;

/** A stored object: whatever it holds, with the metadata every object has. */
export interface Stored extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: Stored;
}

interface Place {
  readonly collection: string;
  readonly name?: string | undefined;
}

/**
 * Speaks as much of the Kubernetes API over HTTP as the watcher uses (list, watch with resume, merge patch, create)
 * and gives the faults that a real API server does not give on demand. The real one is used in `test/e2e`.
 */
export class KubernetesServer {
  /** Each request as `METHOD path?query`. */
  readonly requests: string[] = [];
  /** Bodies of writes in order. */
  readonly bodies: Json[] = [];
  /** Answers to requests for other paths than collections, such as discovery. */
  readonly answers = new Map<string, Json>();
  /** Paths that are answered with 404. */
  readonly gone = new Set<string>();

  private readonly objects = new Map<string, Stored>();
  private readonly history: Change[] = [];
  private readonly watches = new Set<{ readonly collection: string; readonly response: ServerResponse }>();
  private readonly faults: number[] = [];
  private holding = false;
  private version = 0;
  private oldest = 0;

  private constructor(private readonly server: Server) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.handle(request, response);
    });
  }

  static async start(): Promise<KubernetesServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new KubernetesServer(server);
  }

  get kubeConfig(): KubeConfig {
    const { port } = this.server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "test", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: "test" },
    );
    return config;
  }

  /** Watches that are open. */
  get watching(): number {
    return this.watches.size;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  /** Creates or replaces an object of a collection, a path as `/api/v1/services`. */
  put(collection: string, object: Stored): Stored {
    const path = pathOf(collection, object);
    const type = this.objects.has(path) ? "MODIFIED" : "ADDED";
    const stored = this.stamped(object);
    this.objects.set(path, stored);
    this.announce({ version: this.version, type, object: stored }, collection);
    return stored;
  }

  remove(collection: string, object: Stored): void {
    const path = pathOf(collection, object);
    this.objects.delete(path);
    this.announce({ version: this.version + 1, type: "DELETED", object: this.stamped(object) }, collection);
  }

  get(collection: string, namespace: string, name: string): Stored | undefined {
    return this.objects.get(`${collection}/${namespace}/${name}`);
  }

  /** Deletes an object, which stays until its finalizers are gone. */
  delete(collection: string, object: Stored): void {
    if ((object.metadata?.finalizers ?? []).length === 0) {
      this.remove(collection, object);
      return;
    }
    const deletionTimestamp = new Date().toISOString();
    this.put(collection, merged(object, { metadata: { deletionTimestamp } }) as Stored);
  }

  /** Answers the next requests with these statuses. */
  fail(...statuses: readonly number[]): void {
    this.faults.push(...statuses);
  }

  /** Cuts every watch off in the middle. */
  dropWatches(): void {
    for (const { response } of this.watches) response.destroy();
  }

  /** Ends every watch in good order, as the API server does after the time that was asked for. */
  endWatches(): void {
    for (const { response } of this.watches) response.end();
  }

  /** Takes requests for watches and leaves them without an answer. */
  holdWatches(hold = true): void {
    this.holding = hold;
  }

  /** Forgets what has happened so far: watches can no longer resume from before. */
  compact(): void {
    this.oldest = this.version;
    this.history.length = 0;
  }

  private stamped(object: Stored): Stored {
    this.version += 1;
    return {
      ...object,
      metadata: Object.assign({}, object.metadata, { resourceVersion: String(this.version) }),
    };
  }

  private announce(change: Change, collection: string): void {
    this.history.push(change);
    for (const watch of this.watches) if (watch.collection === collection) send(watch.response, change);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? "", "http://server");
    this.requests.push(`${request.method ?? ""} ${url.pathname}${url.search}`);
    const fault = this.faults.shift();
    if (fault !== undefined) {
      reply(response, fault, { kind: "Status", code: fault, message: `fault ${fault}` });
    } else if (request.method === "GET") {
      this.read(url, response);
    } else {
      const written = JSON.parse(body) as Json;
      this.bodies.push(written);
      this.write(request, placeOf(url), written, response);
    }
  }

  private read(url: URL, response: ServerResponse): void {
    const answer = this.answers.get(url.pathname);
    if (this.gone.has(url.pathname)) reply(response, 404, { kind: "Status", code: 404 });
    else if (answer !== undefined) reply(response, 200, answer);
    else if (url.searchParams.get("watch") === "true") {
      if (!this.holding) this.watch(url, response);
    } else {
      const items = [...this.objects]
        .filter(([path]) => path.startsWith(`${url.pathname}/`))
        .map(([, object]) => object);
      reply(response, 200, { metadata: { resourceVersion: String(this.version) }, items });
    }
  }

  private watch(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get("resourceVersion"));
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    if (from < this.oldest) {
      response.end(`${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410 } })}\n`);
      return;
    }
    for (const change of this.history.filter(({ version }) => version > from)) send(response, change);
    const watch = { collection: url.pathname, response };
    this.watches.add(watch);
    response.once("close", () => this.watches.delete(watch));
  }

  private write(request: IncomingMessage, place: Place, body: Json, response: ServerResponse): void {
    if (request.method === "POST") {
      reply(response, 201, body);
      return;
    }
    const found = this.find(place);
    if (found === undefined) {
      reply(response, 404, { kind: "Status", code: 404, message: `${place.name ?? ""} not found` });
      return;
    }
    if (!isAbout(body, found)) {
      reply(response, 409, { kind: "Status", code: 409, message: "the object has been modified" });
      return;
    }
    const changed = this.put(place.collection, merged(found, body) as Stored);
    const { deletionTimestamp, finalizers = [] } = changed.metadata ?? {};
    if (deletionTimestamp !== undefined && finalizers.length === 0) this.remove(place.collection, changed);
    reply(response, 200, changed);
  }

  private find({ collection, name }: Place): Stored | undefined {
    return [...this.objects].find(
      ([path]) => path.startsWith(collection) && path.endsWith(`/${name ?? ""}`),
    )?.[1];
  }
}

/** Objects are kept under the path of their collection, their namespace and their name. */
function pathOf(collection: string, { metadata }: Stored): string {
  return `${collection}/${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

/** `…/plural/name` or `…/plural/name/status`. */
function placeOf({ pathname }: URL): Place {
  const parts = /^(.*\/[a-z]+)\/([^/]+)$/.exec(pathname.replace(/\/status$/, ""));
  return { collection: parts?.[1] ?? pathname, name: parts?.[2] };
}

/** Whether a write is about this object: the same uid and version, where it names them. */
function isAbout(body: Json, { metadata }: Stored): boolean {
  const wanted = (body["metadata"] ?? {}) as Json;
  const actual = Object.fromEntries(Object.entries(metadata ?? {}));
  return ["resourceVersion", "uid"].every((field) => (wanted[field] ?? actual[field]) === actual[field]);
}

/** MergePatch of RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Json = typeof target === "object" && target !== null ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = merged(result[name], value);
  }
  return result;
}

function send(response: ServerResponse, { type, object }: Change): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
