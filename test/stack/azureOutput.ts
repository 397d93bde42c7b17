/** What the engine prints of the provider azure-native 3, whose words are those of `provider/pkg/azure` in its source. */
import { type TransientReason } from "../../stack";

/** ARM id that stands in messages. */
export const API_ID =
  "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/canvas/providers/Microsoft.ApiManagement/service/canvas-apim/apis/catalog";

/** Output of an update that failed at its Api with this error, which may have several lines. */
export function failedApi(...error: readonly [string, ...string[]]): string {
  const [first, ...rest] = error;
  return [
    "Updating (components.catalog):",
    "",
    "@ updating....",
    ` +  azure-native:apimanagement:Api catalog **creating failed** error: ${first}`,
    " +  pulumi:pulumi:Stack oda-api-components.catalog **creating failed** 1 error; 1 warning",
    "Diagnostics:",
    "  azure-native:apimanagement:Api (catalog):",
    `    error: ${first}`,
    ...rest.map((line) => `    ${line}`),
    "",
    "  pulumi:pulumi:Stack (oda-api-components.catalog):",
    "    warning: using pulumi-resource-azure-native from $PATH at /usr/local/bin/pulumi-resource-azure-native",
    "    error: update failed",
    "",
    "Resources:",
    "    + 3 created",
    "    2 errored",
    "",
    "Duration: 1s",
    "",
  ].join("\n");
}

const AT = `https://management.azure.com${API_ID}?api-version=2024-05-01`;

/** What happened, what it is taken for, and what the engine printed. */
export const azureTroubles: readonly (readonly [string, TransientReason, string])[] = [
  [
    "a service that is overloaded",
    "GatewayUnavailable",
    failedApi('Status=429 Code="TooManyRequests" Message="Too many requests were received."'),
  ],
  [
    "a service that failed",
    "GatewayUnavailable",
    failedApi('Status=500 Code="InternalServerError" Message="Encountered internal server error."'),
  ],
  [
    "a service that is away",
    "GatewayUnavailable",
    failedApi('Status=503 Code="ServiceUnavailable" Message="The service is temporarily unavailable."'),
  ],
  [
    "a service that is away before an entity is made",
    "GatewayUnavailable",
    failedApi(
      `cannot check existence of resource '${API_ID}': status code 503, {"error":{"code":"ServiceUnavailable","message":"The service is temporarily unavailable.","details":[]}}`,
    ),
  ],
  [
    "a proxy before the service that says no more than its name",
    "GatewayUnavailable",
    failedApi(`PUT ${AT}`, "-".repeat(80), "RESPONSE 502: 502 Bad Gateway", "ERROR CODE UNAVAILABLE"),
  ],
  [
    "an answer that is not JSON",
    "GatewayUnavailable",
    failedApi("unexpected response from Azure: '<html></html>', HTTP status: 504 Gateway Timeout"),
  ],
  [
    "a service that cannot be reached",
    "GatewayUnavailable",
    failedApi(`Put "${AT}": dial tcp 20.1.2.3:443: connect: connection refused`),
  ],
  ["a connection to the service that was cut", "GatewayUnavailable", failedApi(`Put "${AT}": EOF`)],
  ["work of the service that does not end", "GatewayUnavailable", failedApi("operation timed out")],
  [
    "an import that fails after it was accepted",
    "GatewayUnavailable",
    failedApi("1 error occurred:", '\t* Status=500 Code="InternalServerError" Message="The import failed."'),
  ],
  [
    "an import that failed before anything was made",
    "GatewayUnavailable",
    failedApi(
      'resource partially created but read failed Status=404 Code="ResourceNotFound" Message="Api not found.": Status=500 Code="InternalServerError" Message="The import failed."',
    ),
  ],
  [
    "a change of somebody else that is under way",
    "GatewayConflict",
    failedApi(
      'Status=409 Code="PessimisticConcurrencyConflict" Message="Operation on the API is in progress"',
    ),
  ],
  [
    "a change of somebody else in between",
    "GatewayConflict",
    failedApi(
      'Status=412 Code="PreconditionFailed" Message="The resource was modified since last retrieval."',
    ),
  ],
  [
    "an entity of somebody else with the name of one of ours",
    "GatewayConflict",
    failedApi(`cannot create already existing resource '${API_ID}'`),
  ],
  [
    "an identity without the role",
    "GatewayUnauthorized",
    failedApi(
      'Status=403 Code="AuthorizationFailed" Message="The client does not have authorization to perform action \'Microsoft.ApiManagement/service/apis/write\'."',
    ),
  ],
  [
    "a token that has expired",
    "GatewayUnauthorized",
    failedApi(
      'Status=401 Code="ExpiredAuthenticationToken" Message="The access token expiry UTC time is over."',
    ),
  ],
  [
    "a watcher without an identity",
    "GatewayUnauthorized",
    failedApi(
      "DefaultAzureCredential: failed to acquire a token.",
      "Attempted credentials:",
      "\tEnvironmentCredential: missing environment variable AZURE_TENANT_ID",
    ),
  ],
  [
    "an identity that Entra ID does not know",
    "GatewayUnauthorized",
    failedApi(
      "WorkloadIdentityCredential authentication failed.",
      "AADSTS70021: No matching federated identity record found for presented assertion.",
    ),
  ],
  [
    "a provider without a subscription",
    "GatewayUnauthorized",
    failedApi("A Subscription ID must be configured when authenticating using the Default Azure Credential."),
  ],
  [
    "a policy or a document that the service does not take",
    "GatewayRejected",
    failedApi('Status=400 Code="ValidationError" Message="One or more fields contain incorrect values:"'),
  ],
  [
    "a service that does not exist",
    "GatewayRejected",
    failedApi(
      'Status=404 Code="ResourceNotFound" Message="The Resource \'Microsoft.ApiManagement/service/canvas-apim\' was not found."',
    ),
  ],
  [
    "a run that was asked to stop during a request to the service",
    "EngineStopped",
    failedApi(`Put "${AT}": context canceled`),
  ],
];
