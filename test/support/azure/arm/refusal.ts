/** How ARM says no (Azure Resource Manager, common API details: error response content). */

/** One field that is wrong. */
export interface Detail {
  readonly target: string;
  readonly message: string;
}

/** A request that is refused, as the service answers it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly Detail[] = [],
    /** Seconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  get answer(): { readonly status: number; readonly body: object; readonly retryAfter?: number } {
    const { status, code, message, details, retryAfter } = this;
    const error = { code, message, details: details.map((detail) => ({ code, ...detail })) };
    return { status, body: { error }, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
}

/** A property that is wrong. Which one it is stands in the details only, as API Management does it. */
export function invalid(target: string, message: string): Refusal {
  return new Refusal(400, "ValidationError", "One or more fields contain incorrect values:", [
    { target, message },
  ]);
}
