// What all APIs behind API Management share there, as plain data: arguments of the resources.
import type * as apim from "@pulumi/azure-native/apimanagement";
import { inService } from "./names";
import { type AzureApimSettings, type KeyVaultValue } from "./settings";

/** A resource of the platform: its name in the stack, and its arguments. */
export interface Named<Args> {
  readonly name: string;
  readonly args: Args;
}

/** Named value that has the instrumentation key of Application Insights. */
function keyNameOf(logger: string): string {
  return `${logger}-instrumentation-key`;
}

/** Values that API Management itself reads from Key Vault, also again after a rotation: they are nowhere else. */
export function namedValues(settings: AzureApimSettings): readonly Named<apim.NamedValueArgs>[] {
  const { appInsights, keyVaultIdentity } = settings;
  const ofLogger: readonly KeyVaultValue[] =
    appInsights?.secretId === undefined
      ? []
      : [{ name: keyNameOf(appInsights.logger), secretId: appInsights.secretId }];
  return [...settings.namedValues, ...ofLogger].map(({ name, secretId }) => ({
    name,
    args: {
      ...inService(settings),
      namedValueId: name,
      displayName: name,
      secret: true,
      keyVault: {
        secretIdentifier: secretId,
        ...(keyVaultIdentity === undefined ? {} : { identityClientId: keyVaultIdentity }),
      },
    },
  }));
}

/** The logger; none where it is there already. */
export function loggers(settings: AzureApimSettings): readonly Named<apim.LoggerArgs>[] {
  const { appInsights } = settings;
  if (appInsights?.secretId === undefined) return [];
  const { logger } = appInsights;
  return [
    {
      name: logger,
      args: {
        ...inService(settings),
        loggerId: logger,
        loggerType: "applicationInsights",
        credentials: { instrumentationKey: `{{${keyNameOf(logger)}}}` },
        isBuffered: true,
      },
    },
  ];
}

/** Providers that the developer portal's console asks for tokens: those with a client for it. */
export function openIdProviders(
  settings: AzureApimSettings,
): readonly Named<apim.OpenIdConnectProviderArgs>[] {
  return settings.jwt.flatMap((provider) => {
    if (provider.type !== "oidc" || provider.clientId === undefined) return [];
    const { name, metadataUrl, clientId } = provider;
    const args = {
      ...inService(settings),
      opid: name,
      displayName: name,
      metadataEndpoint: metadataUrl,
      clientId,
      useInTestConsole: true,
    };
    return [{ name, args }];
  });
}

/** The products that are made here. One that asks for no subscription has none to approve. */
export function products(settings: AzureApimSettings): readonly Named<apim.ProductArgs>[] {
  return settings.products.flatMap(({ id, displayName, subscriptionRequired, approvalRequired }) =>
    displayName === undefined
      ? []
      : [
          {
            name: id,
            args: {
              ...inService(settings),
              productId: id,
              displayName,
              subscriptionRequired,
              ...(subscriptionRequired ? { approvalRequired } : {}),
              state: "published" as const,
            },
          },
        ],
  );
}

/** Subscriptions, whose keys API Management makes up. */
export function subscriptions(settings: AzureApimSettings): readonly Named<apim.SubscriptionArgs>[] {
  return settings.subscriptions.map(({ id, displayName, product }) => ({
    name: id,
    args: {
      ...inService(settings),
      sid: id,
      displayName,
      scope: product === undefined ? "/apis" : `/products/${product}`,
      state: "active",
    },
  }));
}

/** Whether anything is shared. */
export function hasPlatformEntities(settings: AzureApimSettings): boolean {
  return [namedValues, loggers, openIdProviders, products, subscriptions].some(
    (entities) => entities(settings).length > 0,
  );
}
