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
      found ??= create().catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      return (await found).getToken(scopes, options);
    },
  };
}

async function create(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new DefaultAzureCredential();
}
