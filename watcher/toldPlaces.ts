// The places at gateways outside the cluster where a run would tell of an API.
import { placeOf } from "./gatewayPlaces";
import { type Servable } from "./runOutcomes";

/** The places where a run tells a gateway of an API: not that of a gateway which waits for something. */
export function placesOf({ api, awaits, settings }: Servable): readonly string[] {
  const isTold = awaits?.untold === undefined;
  const gateways = [...(isTold ? [settings.gateway] : []), ...(settings.keep ? [settings.keep.gateway] : [])];
  return gateways.map((gateway) => placeOf(api, gateway)).filter((place) => place !== undefined);
}
