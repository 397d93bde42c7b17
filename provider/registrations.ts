// Registers APIs at the gateway, and keeps track of what may be bound there.
import { GatewayError, PartlyDone } from "./errors";
import { type Gateway } from "./gateway";
import {
  isSamePlace,
  mayBeBound,
  specOf,
  type ApiSpec,
  type GatewayAnswer,
  type RegistrationInputs,
  type RegistrationState,
} from "./model";

/** What both kinds of change need of {@link Gateway}. */
type Binding = Pick<Gateway, "bind" | "unbind">;

/** An API, and whether the gateway is to be told of it. */
type Registered = ApiSpec & Partial<Pick<RegistrationInputs, "mock">>;

/** What is taken for the answer of a gateway that is not asked. */
const mockAnswer: GatewayAnswer = { res_code: "0000", res_message: "a mock: the gateway was not asked" };

/**
 * Binds an API that is new.
 *
 * @throws PartlyDone where it may be bound all the same, so that its deletion removes it; GatewayError otherwise
 */
export async function create(gateway: Binding, inputs: Registered): Promise<RegistrationState> {
  const spec = specOf(inputs);
  if (inputs.mock === true) return { spec, response: mockAnswer, stale: [], mock: true };
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
 * A mock is told nothing. What was bound before it was one stays known, to be removed.
 *
 * @throws PartlyDone or GatewayError, as {@link create}
 */
export async function update(
  gateway: Binding,
  before: RegistrationState,
  inputs: Registered,
): Promise<RegistrationState> {
  const spec = specOf(inputs);
  const earlier = mayBeBound(before);
  if (inputs.mock === true) return { spec, response: mockAnswer, stale: earlier, mock: true };
  const stale = earlier.filter((each) => !isSamePlace(each, spec));
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
 * Removes an API and what may be left of it under earlier paths and names; of a mock what was bound before it was one.
 *
 * @throws GatewayError
 */
export async function remove(gateway: Binding, state: RegistrationState): Promise<void> {
  for (const each of mayBeBound(state)) await gateway.unbind(each);
}

function mayBeDone(error: unknown): error is GatewayError {
  return error instanceof GatewayError && !error.changedNothing;
}
