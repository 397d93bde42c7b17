/** What the tests of the watcher share. */
import { type ApiResource } from "../../watcher/kube/objects";

/** ExposedAPI as TM Forum's charts have it: without a status subresource. */
export const exposedApis: ApiResource = {
  kind: "ExposedAPI",
  servedKind: "ExposedAPI",
  plural: "exposedapis",
  version: "v1",
  statusSubresource: false,
};

/** The older kind as the oldest charts have it. */
export const apis: ApiResource = {
  kind: "API",
  servedKind: "api",
  plural: "apis",
  version: "v1beta3",
  statusSubresource: false,
};
