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

/** Characters of what the SDK says that are repeated. */
const SHOWN = 300;

/**
 * Why there is no token, on one line: what Entra ID said to the identity that there is, or that there is none. The SDK
 * tells of each kind of identity that it looked for.
 */
export function credentialProblem(error: Error): string {
  const { errors } = error as { readonly errors?: unknown };
  const each: readonly unknown[] = Array.isArray(errors) ? errors : [error];
  const refused = each.find(
    (one) => one instanceof Error && one.name !== "CredentialUnavailableError" && one !== error,
  );
  if (refused instanceof Error) return firstLine(refused);
  if (!Array.isArray(errors)) return firstLine(error);
  return "none was found (workload identity, managed identity, or what a developer has signed in with)";
}

/** The first line of what the SDK says, shortened. */
export function firstLine({ message }: Error): string {
  const line = message.split("\n", 1)[0]?.trim() ?? "";
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
