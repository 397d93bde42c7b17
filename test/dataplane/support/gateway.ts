// What a suite with real traffic works with: APIs of its own behind the gateway of the shared world.
import { Exposure, type ApiOptions } from "./exposure";
import { Traffic } from "./traffic";
import { useWorld, type World } from "./world";

/** The gateway, as one suite uses it. */
export interface Gateway {
  readonly world: () => World;
  readonly traffic: Traffic;
  /** Exposes an API until the end of the suite; see {@link Exposure.of}. */
  readonly expose: (name: string, options?: ApiOptions) => Promise<Exposure>;
}

/** Gives a suite the gateway. */
export function useGateway(): Gateway {
  const exposed: Exposure[] = [];
  const world = useWorld(async () => {
    await Promise.all(exposed.map((each) => each.remove()));
  });
  return {
    world,
    traffic: new Traffic(world),
    expose: async (name, options) => {
      const exposure = await Exposure.of(world(), name, options);
      exposed.push(exposure);
      return exposure;
    },
  };
}
