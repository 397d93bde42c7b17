// Whether the operations of an API are those of its document, or any.
import { type ExposedApi } from "../../spec";
import { type AzureApimArgs } from "./policies/policy";

/** Whether API Management imports a document. Metrics and tools of models (mcp) are not described by OpenAPI. */
export function hasDocument({ api, context }: Pick<AzureApimArgs, "api" | "context">): boolean {
  return api.apiType === "openapi" && context?.document !== undefined;
}

/** Whether an API says where its document is. */
export function namesDocument({ apiType, specification: [first] }: ExposedApi): boolean {
  const isThere = first?.url !== undefined || first?.inline !== undefined || first?.configMap !== undefined;
  return apiType === "openapi" && isThere;
}

/** Whether preflight requests go to the implementation, as far as that can be. */
function leavesPreflights({ cors: { enabled, handlePreflightRequests } }: ExposedApi): boolean {
  return !enabled || !handlePreflightRequests.enabled;
}

/** An operation that takes every path below the API's own. */
export interface AnyPath {
  readonly operationId: string;
  readonly displayName: string;
  readonly method: string;
  readonly urlTemplate: "/*" | "/";
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/**
 * The operations of an API without a document: API Management answers 404 to a request that is none of an API's
 * operations. The path of the API itself has one of its own: Microsoft does not say that a wildcard takes it.
 *
 * An operation for OPTIONS keeps the policy cors from answering preflight requests.
 *
 * No document makes operations of these ids: API Management turns a run of dashes in an `operationId` into one. An API
 * that gets a document would otherwise lose what it shares with the operations before, which are deleted last.
 */
export function anyPathOperations(args: AzureApimArgs): readonly AnyPath[] {
  if (hasDocument(args)) return [];
  const methods = [...METHODS, ...(leavesPreflights(args.api) ? ["OPTIONS"] : [])];
  return methods.flatMap((method) => [
    {
      operationId: `oda--${method.toLowerCase()}`,
      displayName: `${method} /*`,
      method,
      urlTemplate: "/*" as const,
    },
    {
      operationId: `oda--${method.toLowerCase()}--root`,
      displayName: `${method} /`,
      method,
      urlTemplate: "/" as const,
    },
  ]);
}
