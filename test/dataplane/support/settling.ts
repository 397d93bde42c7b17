// Tells when the gateway has taken over what was written to the cluster.
import { send, type Manifest, type Objects } from "../../../dev/dataPlane";
import { until } from "../../../dev/until";

const PATH = "/.settled";

/**
 * A route that the gateway answers itself, with a number that grows. Istio hands on changes together, once there were
 * none for 100 ms: with an answer that is new, all that was written before is in force as well.
 */
export class Settling {
  private count = 0;

  /** @param gateway the Gateway to bind to, as `namespace/name` */
  constructor(
    private readonly objects: Objects,
    private readonly gateway: string,
    private readonly port: number,
  ) {}

  /** Waits until the gateway works with everything that is in the cluster now. */
  async settle(): Promise<void> {
    const answer = String(++this.count);
    await this.objects.apply([this.route(answer)]);
    await until("the gateway has all changes", async () => {
      const { body } = await send({ port: this.port, path: PATH });
      return body === answer;
    });
  }

  private route(answer: string): Manifest {
    const [namespace = ""] = this.gateway.split("/");
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "settled", namespace },
      spec: {
        hosts: ["*"],
        gateways: [this.gateway],
        http: [
          {
            name: "settled",
            match: [{ uri: { exact: PATH } }],
            directResponse: { status: 200, body: { string: answer } },
          },
        ],
      },
    };
  }
}
