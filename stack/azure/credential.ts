// Who this process is for Azure.
import { type TokenCredential } from "@azure/core-auth";

/**
 * DefaultAzureCredential: workload identity, a managed identity, or what a developer has signed in with. The SDK is
 * loaded, and an identity looked for, when the first token is asked for.
 */
export function defaultCredential(): TokenCredential {
  let found: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      found ??= import("@azure/identity").then(
        ({ DefaultAzureCredential }) => new DefaultAzureCredential(),
        (error: unknown) => {
          found = undefined;
          throw error;
        },
      );
      return (await found).getToken(scopes, options);
    },
  };
}
