// Parts of `azureApim` that become entities of the service beside its APIs.
import { type Field, optional, PLAIN_TEXT } from "../../spec";
import { type ApimProduct, type ApimSubscription } from "../azureApim/settings";
import { type AzureApimPart, keyVaultSecrets } from "./azureApimPart";
import { ENTITY_ID, NAMED_VALUE, SECRET } from "./azureNames";
import { block, items, mustDiffer } from "./fields";

const PER_CENT = { from: 0, to: 100 } as const;

/** Name of the logger where there is to be one of ours. */
const LOGGER = "oda-api";

/** Reads `azureApim.namedValues`. API Management tells their names apart without regard to case. */
export function readNamedValues(field: Field): AzureApimPart["namedValues"] {
  const values = entities(field, ["name", "secret"], "name");
  return values.map((value) => ({
    name: value.get("name").required().text(NAMED_VALUE) ?? "",
    secret: value.get("secret").secret().required().text(SECRET) ?? "",
  }));
}

/**
 * Reads `azureApim.appInsights`. A logger that is named without a secret is there already; where neither is named, one
 * is made with the secret that TM Forum's operator has.
 */
export function readAppInsights(field: Field): AzureApimPart["appInsights"] {
  const insights = block(field, ["logger", "secret", "sampling"]);
  if (!insights.isSet) return undefined;
  const logger = insights.get("logger").text(ENTITY_ID);
  const secret = insights.get("secret").secret().text(SECRET);
  const isThere = insights.get("logger").isSet && secret === undefined;
  return {
    logger: logger ?? LOGGER,
    ...optional("secret", isThere ? undefined : (secret ?? keyVaultSecrets.instrumentationKey)),
    sampling: insights.get("sampling").integer(PER_CENT) ?? 100,
  };
}

/** Reads `azureApim.products`. One without a `displayName` is there already, as its owner made it. */
export function readProducts(field: Field): readonly ApimProduct[] {
  const products = entities(field, ["id", "displayName", "subscriptionRequired", "approvalRequired"], "id");
  return products.map((product) => {
    const displayName = product.get("displayName").text(PLAIN_TEXT);
    const subscriptionRequired = product.get("subscriptionRequired").boolean();
    const approvalRequired = product.get("approvalRequired").boolean();
    for (const key of ["subscriptionRequired", "approvalRequired"]) {
      const flag = product.get(key);
      if (flag.isSet && !product.get("displayName").isSet) {
        flag.fail("must be left out without a displayName: such a product is there already");
      }
    }
    if (approvalRequired === true && subscriptionRequired === false) {
      product.get("approvalRequired").fail("must be false, or left out, where subscriptionRequired is false");
    }
    return {
      id: product.get("id").required().text(ENTITY_ID) ?? "",
      ...optional("displayName", displayName),
      subscriptionRequired: subscriptionRequired ?? true,
      approvalRequired: approvalRequired ?? false,
    };
  });
}

/** Reads `azureApim.subscriptions`. */
export function readSubscriptions(field: Field): readonly ApimSubscription[] {
  return entities(field, ["id", "displayName", "product"], "id").map((subscription) => ({
    id: subscription.get("id").required().text(ENTITY_ID) ?? "",
    displayName: subscription.get("displayName").required().text(PLAIN_TEXT) ?? "",
    ...optional("product", subscription.get("product").text(ENTITY_ID)),
  }));
}

/** The places of a list's items, no two of which have one id. */
function entities(field: Field, keys: readonly string[], id: string): readonly Field[] {
  const found = items(field).map((item) => block(item, keys));
  mustDiffer(
    found.map((item) => item.get(id)),
    (text) => text.toLowerCase(),
  );
  return found;
}
