// What a program without a watcher must find out by itself before it declares a set of APIs.
import {
  gatewayTypes,
  isGatewayType,
  policiesOf,
  routesOf,
  unenforced,
  type GatewaySettings,
} from "../components";
import { type ExposedApi } from "../spec";

/**
 * Checks that a set of APIs can be served together.
 *
 * @returns a warning for each API whose spec asks for policies that the gateway does not enforce
 * @throws Error that names the APIs, when two ask for one route or one asks for a gateway there is none of
 */
export function checkTogether(apis: readonly ExposedApi[], gateway: GatewaySettings): readonly string[] {
  const holders = new Map<string, string>();
  const warnings: string[] = [];
  for (const api of apis) {
    const name = `${api.namespace}/${api.name}`;
    if (api.gateway !== undefined && !isGatewayType(api.gateway)) {
      throw new Error(
        `${name}: gateway ${JSON.stringify(api.gateway)} must be one of ${gatewayTypes.join(", ")}`,
      );
    }
    for (const route of routesOf(api, gateway)) {
      const holder = holders.get(route);
      if (holder !== undefined) throw new Error(`${holder} and ${name} both ask for the route ${route}`);
      holders.set(route, name);
    }
    const dropped = unenforced(policiesOf(api, gateway));
    if (dropped.length > 0) {
      const fields = dropped.map((policy) => `spec.${policy}`).join(", ");
      warnings.push(`${name}: gateway ${gateway.type} does not enforce ${fields}`);
    }
  }
  return warnings;
}
