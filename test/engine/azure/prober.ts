// Asks both gateways for an API, again and again, and tells of every time at which neither serves it, or one that it must not.
import { statusOf, type Clients } from "../../../watcher/kube/client";

/** One look at both sides. */
export interface Look {
  /** Whether the Istio gateway has the API's route. */
  readonly istio: boolean;
  /** Whether Azure answers a caller with a token, and what it leads to in the cluster is there. */
  readonly azure: boolean;
}

/** What an API is in the cluster behind each gateway. */
const ROUTE = { group: "networking.istio.io", version: "v1", plural: "virtualservices" };
const INGRESS = { group: "networking.k8s.io", version: "v1", plural: "ingresses" };

export class Prober {
  private readonly looks: Look[] = [];
  private opened = 0;
  private running = true;
  private readonly done: Promise<void>;

  constructor(
    private readonly objects: Clients["objects"],
    /** Name of the API. */
    private readonly name: string,
    /** Address of an operation of the API at API Management. */
    private readonly url: string,
  ) {
    this.done = this.goOn();
  }

  /** Looks at the cluster's side, at Azure's, and at the cluster's again: what moves meanwhile is found on either side. */
  async look(): Promise<Look> {
    const before = await this.isRouted();
    const hasIngress = await this.isThere(INGRESS, `apim-api-ingress-${this.name}`);
    const { ok } = await fetch(this.url, { headers: { authorization: "Bearer token" } });
    if ((await fetch(this.url)).ok) this.opened += 1;
    return { istio: before || (await this.isRouted()), azure: ok && hasIngress };
  }

  /** How often Azure has answered a caller without a token. */
  get timesOpen(): number {
    return this.opened;
  }

  /** Ends, and gives the looks at which neither served the API. Fails where there were too few to tell. */
  async gaps(): Promise<readonly Look[]> {
    this.running = false;
    await this.done;
    if (this.looks.length < 10) throw new Error(`there were only ${this.looks.length} looks`);
    return this.looks.filter(({ istio, azure }) => !istio && !azure);
  }

  private async goOn(): Promise<void> {
    while (this.running) this.looks.push(await this.look());
  }

  private isRouted(): Promise<boolean> {
    return this.isThere(ROUTE, this.name);
  }

  private async isThere(kind: typeof ROUTE, name: string): Promise<boolean> {
    try {
      await this.objects.getNamespacedCustomObject({ ...kind, namespace: "components", name });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }
}
