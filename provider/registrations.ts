// Registers APIs at the gateway, and keeps track of what may be bound there.
import { GatewayError, PartlyDone } from "./errors";
import { type Gateway } from "./gateway";
import { isSamePlace, specOf, type ApiSpec, type RegistrationState } from "./model";

/** What both kinds of change need of {@link Gateway}. */
type Binding = Pick<Gateway, "bind" | "unbind">;

/**
 * Binds an API that is new.
 *
 * @throws PartlyDone where it may be bound all the same, so that its deletion removes it; GatewayError otherwise
 */
export async function create(gateway: Binding, inputs: ApiSpec): Promise<RegistrationState> {
  const spec = specOf(inputs);
  try {
    return { spec, response: await gateway.bind(spec), stale: [] };
  } catch (error) {
    throw mayBeDone(error) ? new PartlyDone({ spec, stale: [] }, error) : error;
  }
}

/**
 * Binds an API with other values. Where its path or name is another, the new one is bound first, so that one of them is
 * always there, and then what was bound before is removed.
 *
 * A gateway that tells APIs apart by name alone, or by path alone, takes the new one for the old and removes it with
 * that: it is bound once more in the end, which changes nothing where both stood side by side.
 *
 * @throws PartlyDone or GatewayError, as {@link create}
 */
export async function update(
  gateway: Binding,
  before: RegistrationState,
  inputs: ApiSpec,
): Promise<RegistrationState> {
  const spec = specOf(inputs);
  const stale = [...before.stale, before.spec].filter((each) => !isSamePlace(each, spec));
  let response;
  try {
    response = await gateway.bind(spec);
  } catch (error) {
    throw mayBeDone(error) ? new PartlyDone({ spec, stale }, error) : error;
  }
  if (stale.length === 0) return { spec, response, stale };
  try {
    while (stale[0] !== undefined) {
      await gateway.unbind(stale[0]);
      stale.shift();
    }
    return { spec, response: await gateway.bind(spec), stale };
  } catch (error) {
    throw error instanceof Error ? new PartlyDone({ spec, stale }, error) : error;
  }
}

/**
 * Removes an API and what may be left of it under earlier paths and names.
 *
 * @throws GatewayError
 */
export async function remove(gateway: Binding, { spec, stale }: RegistrationState): Promise<void> {
  for (const each of [...stale, spec]) await gateway.unbind(each);
}

function mayBeDone(error: unknown): error is GatewayError {
  return error instanceof GatewayError && !error.changedNothing;
}
