// The WhaleCloud API gateway's two requests, as TM Forum's operator sends them.
import { setTimeout as wait } from "node:timers/promises";
import { saysAbsent } from "./absent";
import { GatewayError, presentable } from "./errors";
import { post, type Exchange } from "./exchange";
import { UNKNOWN, type ApiSpec, type GatewayAccess, type GatewayAnswer } from "./model";

/** Value of `res_code` for success. */
const SUCCESS = "0000";

/** How often a request is sent that the gateway has not read, and for how long in all that is waited for, in milliseconds. */
export interface Patience {
  readonly tries: number;
  readonly between: number;
  readonly longest: number;
}

/** A blip is waited for. What lasts longer is for whoever runs the stack again, who does not keep an engine busy meanwhile. */
export const usualPatience: Patience = { tries: 3, between: 1000, longest: 10_000 };

const requests = {
  bind: { path: "/operator/AutoCreation/createAPIFromSwagger", verb: "to bind" },
  unbind: { path: "/operator/AutoCreation/removeAPIFromSwagger", verb: "to remove" },
} as const;

/** Asks one gateway. */
export class Gateway {
  private readonly host: string;

  constructor(
    private readonly access: GatewayAccess,
    private readonly signal: AbortSignal,
    private readonly patience: Patience = usualPatience,
  ) {
    this.host = new URL(access.endpoint).host;
  }

  /**
   * Binds an API, or binds it anew with other values: the gateway has one request for both.
   *
   * @returns its answer, or its code and message where that is long
   * @throws {@link GatewayError}
   */
  async bind(spec: ApiSpec): Promise<GatewayAnswer> {
    const { status, answer } = await this.ask("bind", spec);
    if (isSuccess(status, answer)) return keptOf(answer);
    throw this.refusal("bind", spec, status, answer);
  }

  /**
   * Removes an API. One that the gateway says it does not have counts as removed.
   *
   * @throws {@link GatewayError}
   */
  async unbind(spec: ApiSpec): Promise<void> {
    const { status, answer } = await this.ask("unbind", spec);
    if (isSuccess(status, answer) || this.isAbsent(spec, status, answer)) return;
    throw this.refusal("unbind", spec, status, answer);
  }

  private isAbsent(spec: ApiSpec, status: number, answer: GatewayAnswer): boolean {
    if (this.access.absentCodes.includes(codeOf(answer))) return true;
    // Of a server that fails, words tell what it failed for.
    const isToBelieve = isSuccessful(status) || status === 404;
    return isToBelieve && saysAbsent(wordsOf(answer), spec);
  }

  private async ask(
    what: keyof typeof requests,
    spec: ApiSpec,
  ): Promise<{ readonly status: number; readonly answer: GatewayAnswer }> {
    const exchange = await this.exchange(new URL(requests[what].path, this.access.endpoint), spec);
    if (exchange.result !== "answered") {
      throw this.unavailable(exchange.why, exchange.result === "unsent");
    }
    const { status, text, retryAfter } = exchange;
    if (status === 401 || status === 403) {
      throw new GatewayError("denied", this.host, `HTTP status ${status}: ${text}`, true);
    }
    if (status === 429 || status === 503) {
      const later = retryAfter === undefined ? "" : `, to be asked again after ${retryAfter} s`;
      // A proxy says 503 of a server too that has read the request and then closed the connection.
      throw this.unavailable(`HTTP status ${status}${later}`, status === 429);
    }
    const answer = readAnswer(text);
    if (answer !== undefined) return { status, answer };
    const isRefusal = status >= 400 && status < 500;
    if (isRefusal) {
      throw new GatewayError(
        "refused",
        this.host,
        `${requests[what].verb} ${spec.name}: HTTP status ${status}: ${text}`,
        false,
      );
    }
    throw this.unavailable(`HTTP status ${status}, and an answer that is no JSON with a res_code`, false);
  }

  /** Sends a request again that the gateway has not read. One that it may have read is never sent twice. */
  private async exchange(url: URL, body: ApiSpec): Promise<Exchange> {
    const { tries, longest } = this.patience;
    const question = { url, body, timeout: this.access.timeout * 1000, signal: this.signal };
    let waited = 0;
    for (let tried = 1; ; tried++) {
      const exchange = await post(question);
      const pause = this.pauseAfter(exchange);
      if (pause === undefined || tried === tries || waited + pause > longest || this.signal.aborted)
        return exchange;
      waited += pause;
      await wait(pause, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  /** Milliseconds after which it is worth asking again; undefined where it is not, or not safe. */
  private pauseAfter(exchange: Exchange): number | undefined {
    if (exchange.result === "unsent") return this.patience.between;
    // Too many requests: turned away unread (RFC 6585, section 4).
    if (exchange.result === "unanswered" || exchange.status !== 429) return undefined;
    const seconds = Number(exchange.retryAfter ?? Number.NaN);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  }

  private unavailable(why: string, changedNothing: boolean): GatewayError {
    return new GatewayError("unavailable", this.host, why, changedNothing);
  }

  private refusal(
    what: keyof typeof requests,
    spec: ApiSpec,
    status: number,
    answer: GatewayAnswer,
  ): GatewayError {
    const said = `res_code ${codeOf(answer)}: ${wordsOf(answer)}`;
    // A server that fails while it works may have got to its end.
    if (status >= 500) return this.unavailable(`HTTP status ${status}, ${said}`, false);
    return new GatewayError("refused", this.host, `${requests[what].verb} ${spec.name}: ${said}`, true);
  }
}

function isSuccess(status: number, answer: GatewayAnswer): boolean {
  return isSuccessful(status) && codeOf(answer) === SUCCESS;
}

function isSuccessful(status: number): boolean {
  return status >= 200 && status < 300;
}

function readAnswer(text: string): GatewayAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const isAnswer = typeof answer === "object" && answer !== null && "res_code" in answer;
    return isAnswer ? answer : undefined;
  } catch {
    return undefined;
  }
}

function codeOf({ res_code: code }: GatewayAnswer): string {
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}

/** Longest answer that is kept whole, in characters of JSON: it is part of the state and of a status. */
const MAX_KEPT = 4096;

/** What a value on Pulumi's wire is marked with that is more than its JSON: a secret, an asset, one that is not known. */
const MARKS = ["4dabf18193072939515e22adb298388d", UNKNOWN] as const;

function keptOf(answer: GatewayAnswer): GatewayAnswer {
  const text = JSON.stringify(answer);
  if (MARKS.some((mark) => text.includes(mark))) return { res_code: codeOf(answer) };
  if (text.length <= MAX_KEPT) return answer;
  return { res_code: codeOf(answer), res_message: presentable(wordsOf(answer)) };
}

/** Its own words: `res_message`, or all that it says. */
function wordsOf(answer: GatewayAnswer): string {
  const { res_message: words } = answer;
  return typeof words === "string" ? words : JSON.stringify(answer);
}
