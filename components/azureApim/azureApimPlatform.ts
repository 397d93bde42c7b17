// Declares what all APIs share in API Management. Only `gateway.ts` loads this file, when it is needed.
import * as apim from "@pulumi/azure-native/apimanagement";
import * as pulumi from "@pulumi/pulumi";
import { PLACE_INPUTS, placeNameOf } from "./names";
import { loggers, namedValues, openIdProviders, products, subscriptions } from "./platformEntities";
import { providerOf } from "./provider";
import { type AzureApimSettings } from "./settings";

/**
 * Named values from Key Vault, the logger of Application Insights, OpenID Connect providers, products and subscriptions.
 * The classes mark none of their fields as secret: those that may be are marked here, so that the state has none of
 * them in clear.
 */
export class AzureApimPlatform extends pulumi.ComponentResource {
  constructor(name: string, settings: AzureApimSettings, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:azureApim:AzureApimPlatform", name, {}, options);
    const base = { parent: this, provider: providerOf(settings), ignoreChanges: PLACE_INPUTS };
    const prefix = `${name}/${placeNameOf(settings)}`;
    const withSecrets = (...additionalSecretOutputs: string[]) => ({ ...base, additionalSecretOutputs });

    const values = namedValues(settings).map(
      (value) => new apim.NamedValue(`${prefix}/${value.name}`, value.args, withSecrets("value")),
    );
    for (const logger of loggers(settings)) {
      new apim.Logger(`${prefix}/${logger.name}`, logger.args, {
        ...withSecrets("credentials"),
        dependsOn: values,
      });
    }
    for (const provider of openIdProviders(settings)) {
      new apim.OpenIdConnectProvider(
        `${prefix}/${provider.name}`,
        provider.args,
        withSecrets("clientSecret"),
      );
    }
    const made = products(settings).map(
      (product) => new apim.Product(`${prefix}/${product.name}`, product.args, base),
    );
    for (const subscription of subscriptions(settings)) {
      new apim.Subscription(`${prefix}/${subscription.name}`, subscription.args, {
        ...withSecrets("primaryKey", "secondaryKey"),
        dependsOn: made,
      });
    }
    this.registerOutputs({});
  }
}
