/** One API Management service as ARM serves it, without the HTTP. */
import { Entities, type Entity } from "./entities";
import { kindOf, readable, typeOf, type KindPattern, type Properties } from "./kinds";
import { importDocument, INLINE_FORMATS } from "./openApi";
import { Refusal } from "./refusal";
import { checkDelete, checkWrite } from "./rules";

/** Where the service is. */
export interface ServicePlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly serviceName: string;
}

/** A request to an entity. */
export interface ArmCall {
  readonly method: string;
  /** Below the service. */
  readonly path: string;
  readonly ifMatch?: string | undefined;
  readonly properties?: Properties;
}

/** What is answered. */
export interface ArmAnswer {
  readonly status: number;
  readonly etag?: string;
  readonly body?: object;
}

/** What the service adds to what it is told, where that says nothing of it. */
const defaults: Partial<Readonly<Record<KindPattern, Properties>>> = {
  "apis/*": {
    apiRevision: "1",
    isCurrent: true,
    protocols: ["https"],
    serviceUrl: null,
    subscriptionRequired: true,
    subscriptionKeyParameterNames: { header: "Ocp-Apim-Subscription-Key", query: "subscription-key" },
    provisioningState: "Succeeded",
  },
  "products/*": { state: "notPublished", subscriptionRequired: true },
  "subscriptions/*": { state: "submitted", primaryKey: "primary-0123", secondaryKey: "secondary-4567" },
  "namedValues/*": { secret: false, provisioningState: "Succeeded" },
};

export class ArmService {
  readonly entities = new Entities();

  constructor(readonly place: ServicePlace) {}

  /** ARM id of the service. */
  get id(): string {
    const { subscriptionId, resourceGroup, serviceName } = this.place;
    return (
      `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}` +
      `/providers/Microsoft.ApiManagement/service/${serviceName}`
    );
  }

  /** Path below the service, or undefined for one elsewhere. */
  pathOf(pathname: string): string | undefined {
    if (pathname.toLowerCase() === this.id.toLowerCase()) return "";
    const below = pathname.toLowerCase().startsWith(`${this.id.toLowerCase()}/`);
    return below ? pathname.slice(this.id.length + 1) : undefined;
  }

  /** @throws Refusal */
  answer(call: ArmCall): ArmAnswer {
    const pattern = kindOf(call.path);
    switch (call.method) {
      case "GET":
      case "HEAD":
        return pattern === undefined ? this.list(call.path) : this.read(call.path, pattern);
      case "PUT":
      case "PATCH":
        return this.write(call, known(pattern));
      case "DELETE":
        return this.delete(call);
      default:
        throw new Refusal(405, "MethodNotAllowed", `${call.method} is not allowed.`);
    }
  }

  /** What ARM tells of an entity. */
  show({ path, properties }: Entity, pattern: KindPattern): object {
    const name = path.split("/").at(-1);
    return {
      id: `${this.id}/${path}`,
      type: typeOf(pattern),
      name,
      properties: readable(pattern, properties),
    };
  }

  private list(collection: string): ArmAnswer {
    const value = this.entities.in(collection).map((entity) => this.show(entity, known(kindOf(entity.path))));
    return { status: 200, body: { value, count: value.length } };
  }

  private read(path: string, pattern: KindPattern): ArmAnswer {
    const entity = this.entities.get(path);
    if (entity === undefined) throw new Refusal(404, "ResourceNotFound", "Entity not found.");
    return { status: 200, etag: entity.etag, body: this.show(entity, pattern) };
  }

  private write({ method, path, ifMatch, properties = {} }: ArmCall, pattern: KindPattern): ArmAnswer {
    const existing = this.entities.get(path);
    this.checkMatch(existing, ifMatch);
    if (method === "PATCH" && existing === undefined)
      throw new Refusal(404, "ResourceNotFound", "Entity not found.");
    const before = method === "PATCH" ? existing?.properties : defaults[pattern];
    const whole = { ...before, ...properties };
    checkWrite({ path, pattern, properties: whole }, this.entities);
    const operations =
      pattern === "apis/*" && INLINE_FORMATS.includes(properties["format"])
        ? importDocument(String(properties["format"]), String(properties["value"]))
        : undefined;
    const entity = this.entities.set(path, whole);
    if (operations !== undefined) this.replaceOperations(path, operations);
    return {
      status: existing === undefined ? 201 : 200,
      etag: entity.etag,
      body: this.show(entity, pattern),
    };
  }

  /** Operations that the document does not have any more go, and their policies with them. */
  private replaceOperations(api: string, operations: ReadonlyMap<string, Properties>): void {
    for (const { path } of this.entities.in(`${api}/operations`)) {
      if (!operations.has(path.split("/").at(-1) ?? "")) this.entities.remove(path);
    }
    for (const [id, properties] of operations) this.entities.set(`${api}/operations/${id}`, properties);
  }

  private delete({ path, ifMatch }: ArmCall): ArmAnswer {
    const existing = this.entities.get(path);
    if (existing === undefined) return { status: 204 };
    this.checkMatch(existing, ifMatch);
    checkDelete(path, this.entities);
    this.entities.remove(path);
    this.unlink(path);
    return { status: 200 };
  }

  /** Products forget an API that is deleted. */
  private unlink(path: string): void {
    const id = `${this.id}/${path}`.toLowerCase();
    for (const { path: link, properties } of this.entities.all()) {
      const apiId = properties["apiId"];
      if (typeof apiId === "string" && apiId.toLowerCase() === id) this.entities.remove(link);
    }
  }

  private checkMatch(existing: Entity | undefined, ifMatch: string | undefined): void {
    if (ifMatch === undefined || (ifMatch === "*" && existing !== undefined)) return;
    if (existing?.etag !== ifMatch) {
      throw new Refusal(412, "PreconditionFailed", "The resource was modified since last retrieval.");
    }
  }
}

function known(pattern: KindPattern | undefined): KindPattern {
  if (pattern === undefined) throw new Refusal(404, "NotFound", "There is no such kind of entity.");
  return pattern;
}
