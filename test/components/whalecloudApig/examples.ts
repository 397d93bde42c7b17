/** Settings of the WhaleCloud API gateway, and an API that it can serve. */
import { type WhalecloudApigSettings } from "../../../components";
import { type ExposedApi } from "../../../spec";
import { parse, type Json } from "../../spec/examples";

export const DOCUMENT = "https://example.com/catalog.json";

export const PATH = "/r1-catalog/tmf-api/productCatalogManagement/v4";

export const apig: WhalecloudApigSettings = {
  type: "whalecloud-apig",
  endpoint: "http://apig-operator-uportal.components:8080",
  ingress: { namespace: "components", name: "apig-operator-uportal" },
  mock: false,
  timeout: 10,
};

/** An API with a document that is fetched, and `changes` to its spec. */
export function documented(changes: Json = {}, metadata: Json = {}): ExposedApi {
  return parse({ specification: [{ url: DOCUMENT }], ...changes }, metadata);
}
