// Why the gateway did not do what it was asked, in words that say which class of failure it is.

/**
 * What a failure says of the gateway, as the errors of a run are told apart: it cannot be asked or does not answer, it
 * says no, or it wants credentials.
 */
export type FailureKind = "unavailable" | "refused" | "denied";

/** The gateway was not asked, or did not do what it was asked. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";

  /**
   * @param changedNothing whether the gateway certainly has not done it; else it may have
   */
  constructor(
    readonly kind: FailureKind,
    host: string,
    what: string,
    readonly changedNothing: boolean,
  ) {
    super(`the WhaleCloud API gateway at ${host} ${openings[kind]}${presentable(what)}`);
  }
}

const openings: Readonly<Record<FailureKind, string>> = {
  unavailable: "is unavailable: ",
  refused: "refused ",
  denied: "denied access: ",
};

/** Something of a registration was done, and something not: the state of the stack has to say what. */
export class PartlyDone extends Error {
  override readonly name = "PartlyDone";

  constructor(
    /** Outputs of the registration as it is now. */
    readonly state: object,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** Characters of foreign text that an error holds. */
const MAX_WORDS = 400;

/** Foreign text on one line, without control characters, and of bounded length. */
export function presentable(text: string): string {
  const line = text
    .slice(0, 4 * MAX_WORDS)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
}
