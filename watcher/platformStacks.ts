// What all APIs share at each gateway: a stack for each, and which of them an API needs.
import { defaultWorkload, type GatewaySettings, type IstioSettings } from "../components";
import { type ExposedApi } from "../spec";
import { type ApiSettings } from "../stack";
import { type GatewayType } from "./gatewayCatalog";
import { type ObjectKey } from "./kube/objects";
import { PlatformStack, type PlatformDependencies } from "./platformStack";
import { type Problem } from "./reasons";
import { type ReconcileResult } from "./reconcileResult";

const NO_GATEWAY_SERVICE =
  "no Service of the gateway was found at the start, and an API has a policy: these Pods are taken for the gateway's; " +
  "`gateway` of ODA_PLATFORM decides";

/** The platform stacks of a process. APIs behind one gateway notice nothing of those of the others. */
export class PlatformStacks {
  private readonly stacks = new Map<GatewayType, PlatformStack>();
  private hasWarned = false;

  constructor(private readonly deps: Omit<PlatformDependencies, "gateway">) {}

  /** Whether a key stands for a platform stack. */
  isPlatform(key: ObjectKey): boolean {
    return key.startsWith("platform/");
  }

  /** Takes in what an API asks for now, of its gateway and of the one that is kept until that can serve it. */
  looked(key: ObjectKey, api: ExposedApi, settings: ApiSettings): void {
    const gateways = [settings.gateway, ...(settings.keep === undefined ? [] : [settings.keep.gateway])];
    for (const [type, stack] of this.stacks) {
      if (!gateways.some((gateway) => gateway.type === type)) stack.forget(key);
    }
    for (const gateway of gateways) {
      const stack = this.of(gateway);
      stack.looked(key, api);
      if (gateway.type === "istio") this.warnOfGuess(key, api, gateway, stack.isNeededBy(key));
    }
  }

  /** See {@link PlatformStack.outdated}. */
  outdated(gateway: GatewaySettings): void {
    this.of(gateway).outdated();
  }

  /** See {@link PlatformStack.settingsChanged}; nothing where no API was ever behind the gateway. */
  settingsChanged(gateway: GatewaySettings): void {
    this.stacks.get(gateway.type)?.settingsChanged(gateway);
  }

  /** See {@link PlatformStack.confirm}. */
  confirm(key: ObjectKey): Problem | undefined {
    const problems = [...this.stacks.values()].map((stack) => stack.confirm(key));
    return problems.find((problem) => problem !== undefined);
  }

  /** See {@link PlatformStack.ensure}. */
  async ensure(key: ObjectKey): Promise<Problem | undefined> {
    for (const stack of this.stacks.values()) {
      const problem = await stack.ensure(key);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** See {@link PlatformStack.reconcile}. */
  reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const stack = [...this.stacks.values()].find((each) => each.key === key);
    return stack?.reconcile() ?? Promise.resolve({ outcome: "done" });
  }

  /** An API is gone. */
  forget(key: ObjectKey): void {
    for (const stack of this.stacks.values()) stack.forget(key);
  }

  private of(gateway: GatewaySettings): PlatformStack {
    const known = this.stacks.get(gateway.type);
    if (known !== undefined) return known;
    const stack = new PlatformStack({ ...this.deps, gateway });
    this.stacks.set(gateway.type, stack);
    return stack;
  }

  /** Nobody has said which Pods are the Istio gateway's, and no Service has. */
  private warnOfGuess(
    key: ObjectKey,
    api: ExposedApi,
    { workload }: IstioSettings,
    needsPlatform: boolean,
  ): void {
    if (this.hasWarned || workload !== undefined) return;
    if (api.networkPolicy === undefined && !needsPlatform) return;
    this.hasWarned = true;
    this.deps.log.warn({ key, workload: defaultWorkload }, NO_GATEWAY_SERVICE);
  }
}
