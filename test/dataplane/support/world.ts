// One cluster with a gateway for all tests with real traffic, and what the gateway calls.
import { stringify } from "yaml";
import {
  defaultIstioSettings,
  platformObjects,
  readPlatform,
  type IstioSettings,
  type Platform,
} from "../../../components";
import { startControlPlane, type ControlPlane } from "../../../dev/controlPlane";
import { Objects, selfSigned, startDataPlane, TokenIssuer, type DataPlane } from "../../../dev/dataPlane";
import { findDataPlane, type DataPlaneToolchain } from "../../../dev/toolchain";
import { certificateDefinition } from "../../support/certificateDefinition";
import { KeyCheck } from "./keyCheck";
import { componentGateway, manifestOf, namespace, serviceEntry, tlsSecret } from "./manifests";
import { Settling } from "./settling";

/** Namespace of the platform's Gateway and, by default, of APIs. */
export const NAMESPACE = "components";

/** Another namespace with APIs. */
export const OTHER_NAMESPACE = "partners";

/** Hosts that the platform's certificate is for: one name, and all of a domain. */
export const CERTIFIED_HOST = "shop.apis.example.com";
export const CERTIFIED_DOMAIN = "wild.example.com";

/** The gateway's Pods. */
const WORKLOAD = { namespace: "istio-ingress", labels: { istio: "ingressgateway" } };

/** Everything that the tests share. */
export interface World {
  readonly toolchain: DataPlaneToolchain;
  readonly controlPlane: ControlPlane;
  readonly dataPlane: DataPlane;
  readonly objects: Objects;
  /** What the platform team has written, as text and as read. */
  readonly platformFile: string;
  readonly rules: Platform["rules"];
  readonly settings: IstioSettings;
  readonly issuers: Issuers;
  readonly keyCheck: KeyCheck;
  /** The platform's own certificate (PEM). */
  readonly certificate: string;
  readonly settling: Settling;
}

/** Issuers of the platform's JWT providers `staff` and `partners`, and one that it does not know. */
export interface Issuers {
  readonly staff: TokenIssuer;
  readonly partners: TokenIssuer;
  readonly stranger: TokenIssuer;
}

/** Suites that share the world and have not ended. Mocha loads all of them before it runs one. */
let suites = 0;
let shared: Promise<{ readonly world: World; stop(): Promise<void> } | undefined> | undefined;

/**
 * Gives a suite the world, which is started for the first suite and ends after the last. Where Istio or Envoy can be
 * had in no way, and on other systems than Linux, the suite is skipped.
 *
 * @param cleanUp called at the end of the suite
 */
export function useWorld(cleanUp: () => Promise<void>): () => World {
  let world: World | undefined;
  suites += 1;
  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    shared ??= start();
    world = (await shared)?.world;
    if (world === undefined) this.skip();
  });
  after(async () => {
    if (world !== undefined) await cleanUp();
    suites -= 1;
    if (suites > 0) return;
    // A process that runs several files may load the next when this one has ended.
    const ending = shared;
    shared = undefined;
    await (await ending)?.stop();
  });
  return () => {
    if (world === undefined) throw new Error("the world has not been started");
    return world;
  };
}

async function start(): Promise<{ readonly world: World; stop(): Promise<void> } | undefined> {
  // Clients come from addresses of their own, and only Linux has the whole of 127.0.0.0/8.
  const toolchain = process.platform === "linux" ? await findDataPlane() : undefined;
  if (toolchain === undefined) return undefined;
  const issuers = {
    staff: new TokenIssuer("https://login.example.com/realms/staff"),
    partners: new TokenIssuer("https://partners.example.com"),
    stranger: new TokenIssuer("https://stranger.example.com"),
  };
  const certificate = selfSigned(CERTIFIED_HOST, `*.${CERTIFIED_DOMAIN}`);
  const [keys, keyCheck] = await Promise.all([issuers.staff.serveKeys(), KeyCheck.start()]);
  const platformFile = stringify(platformOf(issuers, keys.port));
  const { rules, istio } = readPlatform(platformFile);
  const settings = { ...defaultIstioSettings, gateway: `${NAMESPACE}/component-gateway`, ...istio };
  const controlPlane = await startControlPlane({ toolchain });
  const objects = new Objects(controlPlane.kubeconfig);
  await objects.apply([namespace(OTHER_NAMESPACE), namespace(WORKLOAD.namespace), certificateDefinition]);
  const meshConfig = { extensionProviders: [keyCheck.extensionProvider(NAMESPACE)] };
  const dataPlane = await startDataPlane({ toolchain, controlPlane, workload: WORKLOAD, meshConfig });
  await objects.apply([
    componentGateway(NAMESPACE, WORKLOAD.labels),
    serviceEntry(NAMESPACE, KeyCheck.SERVICE, keyCheck.port),
    tlsSecret(WORKLOAD.namespace, "apis", certificate),
    ...platformObjects(settings).map(manifestOf),
  ]);
  const settling = new Settling(objects, settings.gateway, dataPlane.ports.http);
  await settling.settle();
  return {
    world: {
      toolchain,
      controlPlane,
      dataPlane,
      objects,
      platformFile,
      rules,
      settings,
      issuers,
      keyCheck,
      certificate: certificate.cert,
      settling,
    },
    stop: async () => {
      await Promise.all([dataPlane.stop(), keys.close(), keyCheck.close()]);
      await controlPlane.stop();
    },
  };
}

/** A platform file: one provider with a key set at a URL, one with its keys in the file and an audience. */
function platformOf({ staff, partners }: Issuers, keysPort: number): object {
  return {
    gateway: WORKLOAD,
    jwt: {
      providers: [
        { name: "staff", issuer: staff.issuer, jwksUri: `http://127.0.0.1:${keysPort}/keys` },
        { name: "partners", issuer: partners.issuer, jwks: partners.jwks, audiences: ["shop"] },
      ],
    },
    apiKeys: { provider: KeyCheck.PROVIDER },
    tls: {
      certificates: [{ hosts: [CERTIFIED_HOST, `*.${CERTIFIED_DOMAIN}`], secretName: "apis" }],
      certManager: { issuer: "test", kind: "ClusterIssuer" },
    },
  };
}
