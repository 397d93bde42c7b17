// Errors of Azure's SDK, told apart by name: its modules are loaded only when Azure is asked for something.

/** Errors of `@azure/identity` when no identity is found, or Entra ID gives it no token. */
const CREDENTIAL_ERRORS: readonly string[] = [
  "AggregateAuthenticationError",
  "AuthenticationError",
  "AuthenticationRequiredError",
  "CredentialUnavailableError",
];

/** Whether an error says that there was no token to ask with. */
export function isCredentialError(error: unknown): error is Error {
  return error instanceof Error && CREDENTIAL_ERRORS.includes(error.name);
}

/** The error of a request: with the status of its answer, or with the code of what kept it from being answered. */
export interface RequestError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
}

/** Whether an error is that of a request. */
export function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && error.name === "RestError";
}

/** The first line of what the SDK says: the others repeat it for every kind of identity. */
export function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0]?.trim() ?? "";
}
