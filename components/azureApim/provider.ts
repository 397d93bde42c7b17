// The Azure provider of a stack.
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { type AzureApimSettings } from "./settings";

/** One for each run of a program, by the stack's own resource: the engine starts a process for each provider. */
const providers = new WeakMap<pulumi.Resource, Map<string, Provider>>();

/**
 * The provider of the stack that runs. It has no parent: every resource of Azure in the state refers to it, so that it
 * goes after all of them, when the last API of the stack leaves API Management and when the stack is destroyed.
 *
 * It authenticates by itself (DefaultAzureCredential): nothing secret is in the program or in the state.
 */
export function providerOf({ subscriptionId }: AzureApimSettings): Provider {
  const stack = pulumi.runtime.getStackResource();
  const ofStack = (stack && providers.get(stack)) ?? new Map<string, Provider>();
  const known = ofStack.get(subscriptionId);
  if (known !== undefined) return known;
  const name = ofStack.size === 0 ? "azure" : `azure-${subscriptionId}`;
  const provider = new Provider(name, {
    subscriptionId,
    useDefaultAzureCredential: true,
    disablePulumiPartnerId: true,
  });
  ofStack.set(subscriptionId, provider);
  if (stack !== undefined) providers.set(stack, ofStack);
  return provider;
}
