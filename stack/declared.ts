import { gatewayObjects, monitoringObjects, type OwnedObject } from "../components";
import { type ExposedApi } from "../spec";
import { type ApiSettings } from "./settings";

/** The Kubernetes objects that the program of an API declares, as plain data. */
export function declaredObjects(
  api: ExposedApi,
  { gateway, monitoring, context, keep }: ApiSettings,
): readonly OwnedObject[] {
  const kept =
    keep === undefined ? [] : gatewayObjects({ api, settings: keep.gateway, context: keep.context });
  return [
    ...gatewayObjects({ api, settings: gateway, context }),
    ...kept,
    ...monitoringObjects(api, monitoring),
  ];
}
