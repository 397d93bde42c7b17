// The Azure provider of a stack.
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { providerNameOf } from "./names";
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
  const id = subscriptionId.toLowerCase();
  const known = ofStack.get(id);
  if (known !== undefined) return known;
  // A provider of its own for each: what is still in another subscription is deleted by the one that made it.
  const provider = new Provider(providerNameOf(id), {
    subscriptionId: id,
    useDefaultAzureCredential: true,
    disablePulumiPartnerId: true,
  });
  ofStack.set(id, provider);
  if (stack !== undefined) providers.set(stack, ofStack);
  return provider;
}
