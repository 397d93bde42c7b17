// Asks both gateways for an API, again and again, and tells of every time at which neither serves it.
import { statusOf, type Clients } from "../../../watcher/kube/client";

/** One look at both sides. */
export interface Look {
  /** Whether the Istio gateway has the API's route. */
  readonly istio: boolean;
  readonly azure: boolean;
}

export class Prober {
  private readonly looks: Look[] = [];
  private running = true;
  private readonly done: Promise<void>;

  constructor(
    private readonly objects: Clients["objects"],
    /** Name of the VirtualService of the API behind Istio. */
    private readonly name: string,
    /** Address of an operation of the API at API Management. */
    private readonly url: string,
  ) {
    this.done = this.goOn();
  }

  /** Looks at the cluster's side, at Azure's, and at the cluster's again: what moves meanwhile is found on either side. */
  async look(): Promise<Look> {
    const before = await this.isRouted();
    const azure = (await fetch(this.url)).ok;
    return { istio: before || (await this.isRouted()), azure };
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

  private async isRouted(): Promise<boolean> {
    const kind = { group: "networking.istio.io", version: "v1", plural: "virtualservices" };
    try {
      await this.objects.getNamespacedCustomObject({ ...kind, namespace: "components", name: this.name });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }
}
