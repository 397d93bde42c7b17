/** Troubles that a real service has now and then, to be had on demand. */

/** What happens to a request in place of, or beside, its work. */
export type Fault =
  /** It is refused. */
  | {
      readonly answer: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: number;
    }
  /** The connection ends before anything is done. */
  | { readonly cut: "before" }
  /** The work is done, and the connection ends before the answer. */
  | { readonly cut: "after" }
  /** The work that was accepted (202) fails later. */
  | { readonly accepted: "fails" };

/** Which requests. */
export interface Which {
  readonly method?: string;
  /** Of the path below the service. */
  readonly path?: RegExp;
}

interface Planned extends Which {
  readonly fault: Fault;
  left: number;
}

interface Held extends Which {
  readonly released: Promise<void>;
}

export const throttled = (retryAfter: number): Fault => ({
  answer: 429,
  code: "TooManyRequests",
  message: "Too many requests were received.",
  retryAfter,
});
export const conflict: Fault = {
  answer: 409,
  code: "PessimisticConcurrencyConflict",
  message: "Operation on the API is in progress",
};
export const preconditionFailed: Fault = {
  answer: 412,
  code: "PreconditionFailed",
  message: "The resource was modified since last retrieval.",
};
export const internalError: Fault = {
  answer: 500,
  code: "InternalServerError",
  message: "Encountered internal server error.",
};
export const unavailable: Fault = {
  answer: 503,
  code: "ServiceUnavailable",
  message: "The service is temporarily unavailable.",
};
export const forbidden: Fault = {
  answer: 403,
  code: "AuthorizationFailed",
  message:
    "The client does not have authorization to perform action 'Microsoft.ApiManagement/service/apis/write'.",
};
export const unauthorized: Fault = {
  answer: 401,
  code: "ExpiredAuthenticationToken",
  message: "The access token expiry UTC time is earlier than current UTC time.",
};
export const notFound: Fault = { answer: 404, code: "ResourceNotFound", message: "Entity not found." };

/** Faults that are planned, and requests that are held. */
export class Faults {
  private readonly planned: Planned[] = [];
  private readonly held = new Set<Held>();
  private waits = 0;

  /** Plans a fault for the next requests that fit; for ever without a number. */
  plan(fault: Fault, which: Which = {}, times = Infinity): void {
    this.planned.push({ ...which, fault, left: times });
  }

  /** No trouble from now on. */
  clear(): void {
    this.planned.length = 0;
  }

  /** Holds the answers to requests that fit until the function that it gives is called. */
  hold(which: Which): () => void {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const held = { ...which, released };
    this.held.add(held);
    return () => {
      this.held.delete(held);
      release();
    };
  }

  /** The fault that is due for a request; one time of it is over then. */
  next(method: string, path: string): Fault | undefined {
    const due = this.planned.find((one) => one.left > 0 && fits(one, method, path));
    if (due !== undefined) due.left -= 1;
    return due?.fault;
  }

  /** How many requests are held. */
  get waiting(): number {
    return this.waits;
  }

  /** Resolves once no request like this is held. */
  async released(method: string, path: string): Promise<void> {
    const holding = [...this.held].filter((one) => fits(one, method, path));
    if (holding.length === 0) return;
    this.waits += 1;
    await Promise.all(holding.map(({ released }) => released));
    this.waits -= 1;
  }
}

function fits(which: Which, method: string, path: string): boolean {
  return (which.method ?? method) === method && (which.path?.test(path) ?? true);
}
