// An API moves from Istio to Azure API Management and back, and callers find it at one of them all the time.
import assert from "node:assert/strict";
import { behindAzure, behindIstio, documented, guarded } from "./exposures";
import { Prober } from "./prober";
import { describeWithEngines } from "./suite";

const ISTIO = { istio: true, azure: false };
const AZURE = { istio: false, azure: true };

describeWithEngines("An API that changes gateways", (world) => {
  const probe = (name: string): Prober => {
    const { arm, clients } = world();
    return new Prober(clients.objects, name, `${arm.gatewayUrl}/${name}/list`);
  };

  it("is served by Istio until Azure serves it, and by Azure until Istio does", async () => {
    const { arm, engine } = world();
    const azure = documented(arm, "list");
    await engine.up("moving", behindIstio);
    const prober = probe("moving");

    await engine.up("moving", azure);
    assert.deepEqual(await prober.look(), AZURE);
    await engine.up("moving", behindIstio);

    assert.deepEqual(await prober.look(), ISTIO);
    assert.deepEqual(await prober.gaps(), []);
    assert.deepEqual(arm.entities(), []);
    await engine.destroy("moving");
  });

  it("is served by Azure with a token alone, from the first moment to the last", async () => {
    const { arm, engine } = world();
    await engine.up("guarded", behindIstio);
    const prober = probe("guarded");

    await engine.up("guarded", guarded(arm));
    assert.deepEqual(await prober.look(), AZURE);
    assert.match(String(arm.properties("apis/guarded/policies/policy")?.["value"]), /<validate-jwt /);
    await engine.up("guarded", behindIstio);

    assert.deepEqual(await prober.look(), ISTIO);
    assert.deepEqual(await prober.gaps(), []);
    assert.equal(prober.timesOpen, 0);
    await engine.destroy("guarded");
    assert.deepEqual(arm.entities(), []);
  });

  it("is served by Istio while the address of its Ingress is not known", async () => {
    const { arm, engine } = world();
    const { context, ...azure } = behindAzure(arm);
    await engine.up("waiting", behindIstio);
    const prober = probe("waiting");

    await engine.up("waiting", { ...azure, keep: { gateway: behindIstio.gateway } });
    assert.deepEqual(await prober.look(), ISTIO);
    assert.deepEqual(arm.entities(), []);
    await engine.up("waiting", { ...azure, ...(context && { context }) });

    assert.deepEqual(await prober.look(), AZURE);
    assert.deepEqual(await prober.gaps(), []);
    await engine.destroy("waiting");
    assert.deepEqual(arm.entities(), []);
  });
});
