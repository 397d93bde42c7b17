// One cluster with a gateway for all tests with real traffic, and what the gateway calls.
import { stringify } from "yaml";
import { platformObjects, defaultIstioSettings, type IstioSettings } from "../../../components";
import { readPlatform } from "../../../components/platform/readPlatform";
import { startControlPlane, type ControlPlane } from "../../../dev/controlPlane";
import { Objects, startDataPlane, TokenIssuer, type DataPlane, type Manifest } from "../../../dev/dataPlane";
import { findDataPlane, type DataPlaneToolchain } from "../../../dev/toolchain";
import { type PlatformRules } from "../../../spec";
import { KeyCheck } from "./keyCheck";
import { manifestOf } from "./manifests";
import { serviceEntry } from "./serviceEntry";

/** Namespace of the platform's Gateway and, by default, of APIs. */
export const NAMESPACE = "components";

/** Another namespace with APIs. */
export const OTHER_NAMESPACE = "partners";

/** Everything that the tests share. */
export interface World {
  readonly toolchain: DataPlaneToolchain;
  readonly controlPlane: ControlPlane;
  readonly dataPlane: DataPlane;
  readonly objects: Objects;
  /** What the platform team has written, as text and as read. */
  readonly platformFile: string;
  readonly rules: PlatformRules;
  readonly settings: IstioSettings;
  /** Issuers of the platform's JWT providers `staff` and `partners`, and one that it does not know. */
  readonly issuers: {
    readonly staff: TokenIssuer;
    readonly partners: TokenIssuer;
    readonly stranger: TokenIssuer;
  };
  readonly keyCheck: KeyCheck;
}

/** Suites that share the world and have not ended. Mocha loads all of them before it runs one. */
let suites = 0;
let shared: Promise<{ readonly world: World; stop(): Promise<void> } | undefined> | undefined;

/**
 * Gives a suite the world, which is started for the first suite and ends after the last. Where Istio or Envoy can be
 * had in no way, the suite is skipped.
 */
export function useWorld(): () => World {
  let world: World | undefined;
  suites += 1;
  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    shared ??= start();
    world = (await shared)?.world;
    if (world === undefined) this.skip();
  });
  after(async () => {
    suites -= 1;
    if (suites === 0) await (await shared)?.stop();
  });
  return () => {
    if (world === undefined) throw new Error("the world has not been started");
    return world;
  };
}

async function start(): Promise<{ readonly world: World; stop(): Promise<void> } | undefined> {
  const toolchain = await findDataPlane();
  if (toolchain === undefined) return undefined;
  const issuers = {
    staff: new TokenIssuer("https://login.example.com/realms/staff"),
    partners: new TokenIssuer("https://partners.example.com"),
    stranger: new TokenIssuer("https://stranger.example.com"),
  };
  const [keys, keyCheck] = await Promise.all([issuers.staff.serveKeys(), KeyCheck.start()]);
  const platformFile = stringify(platformOf(issuers, keys.port));
  const { rules, istio } = readPlatform(platformFile);
  const controlPlane = await startControlPlane({ toolchain });
  const objects = new Objects(controlPlane.kubeconfig);
  await objects.apply([namespace(OTHER_NAMESPACE)]);
  const workload = { namespace: "istio-ingress", labels: { istio: "ingressgateway" } };
  const meshConfig = { extensionProviders: [keyCheck.extensionProvider(NAMESPACE)] };
  const dataPlane = await startDataPlane({ toolchain, controlPlane, workload, meshConfig });
  const settings = { ...defaultIstioSettings, gateway: `${NAMESPACE}/component-gateway`, ...istio };
  await objects.apply([
    componentGateway(),
    serviceEntry(NAMESPACE, KeyCheck.SERVICE, keyCheck.port),
    ...platformObjects(settings).map(manifestOf),
  ]);
  return {
    world: { toolchain, controlPlane, dataPlane, objects, platformFile, rules, settings, issuers, keyCheck },
    stop: async () => {
      await Promise.all([dataPlane.stop(), keys.close(), keyCheck.close()]);
      await controlPlane.stop();
    },
  };
}

/** A platform file: one provider with a key set at a URL, one with its keys in the file and an audience. */
function platformOf({ staff, partners }: World["issuers"], keysPort: number): object {
  return {
    jwt: {
      providers: [
        { name: "staff", issuer: staff.issuer, jwksUri: `http://127.0.0.1:${keysPort}/keys` },
        { name: "partners", issuer: partners.issuer, jwks: partners.jwks, audiences: ["shop"] },
      ],
    },
    apiKeys: { provider: KeyCheck.PROVIDER },
  };
}

function namespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** The Gateway that a Canvas has: one port without TLS for every host. */
function componentGateway(): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "component-gateway", namespace: NAMESPACE },
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    },
  };
}
