// Which Pods are the gateway's, as far as the platform team does not say: those behind its Service.
import { isDeepStrictEqual } from "node:util";
import { defaultWorkload, type GatewayWorkload } from "../components";
import { servicesInOrder } from "./gatewayAddress";
import { type Clients } from "./kube/client";
import { nameOf } from "./kube/objects";
import { listGatewayServices } from "./sources";

/** The Pods behind a Service. Services are `namespace/name`. */
export interface FoundWorkload {
  readonly workload: GatewayWorkload;
  readonly service: string;
  /** Services of other Pods that could as well be those of the gateway. */
  readonly others: readonly string[];
}

/**
 * The namespace and the selector of the gateway's Service, as far as nothing else is said of them: of several Services
 * that fit what is said, the first in order of namespace and name that has a selector. Undefined where there is none, or
 * all is said.
 *
 * @param service `namespace/name` of the Service; undefined finds it by its label
 * @throws the client's error when the API server does not answer.
 */
export async function findGatewayWorkload(
  clients: Pick<Clients, "core">,
  service: string | undefined,
  said: Partial<GatewayWorkload> = {},
): Promise<FoundWorkload | undefined> {
  if (said.namespace !== undefined && said.labels !== undefined) return undefined;
  const { items } = await listGatewayServices(clients, service);
  const found = servicesInOrder(items).flatMap((each) => {
    const [namespace, labels] = [each.metadata?.namespace, each.spec?.selector ?? {}];
    return namespace === undefined || Object.keys(labels).length === 0 || !fits({ namespace, labels }, said)
      ? []
      : [{ service: nameOf(each), workload: { namespace, labels, ...said } }];
  });
  const [first, ...rest] = found;
  if (first === undefined) return undefined;
  const others = rest.filter(({ workload }) => !isDeepStrictEqual(workload, first.workload));
  return { ...first, others: others.map((other) => other.service) };
}

/** The gateway's Pods: as is said, else as is found, else as is usual; undefined where all would be a guess. */
export function gatewayWorkload(
  said: Partial<GatewayWorkload>,
  found: FoundWorkload | undefined,
): GatewayWorkload | undefined {
  const isGuess = found === undefined && Object.keys(said).length === 0;
  return isGuess ? undefined : { ...defaultWorkload, ...found?.workload, ...said };
}

/** Whether Pods that a Service selects can be those of which that is said. */
function fits({ namespace, labels }: GatewayWorkload, said: Partial<GatewayWorkload>): boolean {
  const disagrees = Object.entries(said.labels ?? {}).some(
    ([key, value]) => (labels[key] ?? value) !== value,
  );
  return namespace === (said.namespace ?? namespace) && !disagrees;
}
