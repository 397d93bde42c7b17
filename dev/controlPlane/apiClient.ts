import { Agent, request } from "node:https";
import { type Access } from "./credentials";

/** An answer of the API server; `body` is its text, JSON in all uses here. */
export interface ApiResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends manifests to the API server as they are written. The typed client is not used for this: it drops the
 * `x-kubernetes-*` fields of the schemas in CustomResourceDefinitions.
 */
export class ApiClient {
  private readonly agent: Agent;

  constructor(private readonly access: Access) {
    this.agent = new Agent({ keepAlive: true, ca: access.ca });
  }

  /**
   * @param manifest YAML or JSON of the object
   * @throws when the connection fails; a refusal by the server is an ordinary answer
   */
  send(method: "GET" | "POST", path: string, manifest?: string): Promise<ApiResponse> {
    return new Promise((resolve, reject) => {
      const req = request(
        `${this.access.server}${path}`,
        {
          method,
          agent: this.agent,
          timeout: 10_000,
          headers: {
            authorization: `Bearer ${this.access.token}`,
            accept: "application/json",
            ...(manifest === undefined ? {} : { "content-type": "application/yaml" }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
          });
        },
      );
      req.on("timeout", () => req.destroy(new Error(`${method} ${path}: no answer within 10 s`)));
      req.on("error", reject);
      req.end(manifest);
    });
  }

  /** Creates an object in the collection at `path` and returns it as the server stored it. */
  async create(path: string, manifest: string): Promise<unknown> {
    const { status, body } = await this.send("POST", path, manifest);
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body);
  }

  close(): void {
    this.agent.destroy();
  }
}
