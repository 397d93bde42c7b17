import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type AnswerLine } from "../../../stack/warm/protocol";

/** One request that is being answered. */
export interface Exchange {
  readonly body: Readonly<Record<string, unknown>>;
  /** Sends lines of an answer. */
  send(...lines: readonly (AnswerLine | string)[]): void;
  /** Ends the answer. */
  end(...lines: readonly (AnswerLine | string)[]): void;
  /** Ends the connection in the middle. */
  cut(): void;
  /** Settled when the other side has closed the connection. */
  readonly closed: Promise<void>;
}

/** Speaks the warm engine's protocol on a socket, and has it say what a test wants. */
export class EngineServer {
  /** Each operation with the body of its request. */
  readonly requests: { readonly operation: string; readonly body: unknown }[] = [];
  private readonly answers = new Map<string, (exchange: Exchange) => void>();

  private constructor(
    readonly socket: string,
    private readonly server: Server,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.handle(request, response);
    });
  }

  static async start(dir: string): Promise<EngineServer> {
    const socket = join(dir, "engine.sock");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return new EngineServer(socket, server);
  }

  /** Says how an operation is answered; without it, it gives an empty result. */
  on(operation: string, answer: (exchange: Exchange) => void): void {
    this.answers.set(operation, answer);
  }

  /** Operations asked for so far. */
  get operations(): readonly string[] {
    return this.requests.map(({ operation }) => operation);
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const operation = (request.url ?? "").replace("/v1/", "");
    const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    this.requests.push({ operation, body });
    const send = (...lines: readonly (AnswerLine | string)[]): void => {
      for (const line of lines) response.write(typeof line === "string" ? line : `${JSON.stringify(line)}\n`);
    };
    const answer =
      this.answers.get(operation) ??
      ((exchange) => {
        exchange.end({ result: {} });
      });
    answer({
      body,
      send,
      end: (...lines) => {
        send(...lines);
        response.end();
      },
      cut: () => response.destroy(),
      closed: new Promise((resolve) => response.once("close", resolve)),
    });
  }
}

/** Starts a server in a new folder for each test of the suite it is called in. */
export function useEngineServer(dir: () => string): () => EngineServer {
  let server: EngineServer;
  beforeEach(async () => {
    server = await EngineServer.start(dir());
  });
  afterEach(async () => {
    await server.stop();
  });
  return () => server;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
