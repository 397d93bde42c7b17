/** Who judges an object before a cluster has it: the API server by its schemas, istiod by rules of its own. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { startControlPlane, type ControlPlane } from "../../dev/controlPlane";
import { freePort } from "../../dev/controlPlane/ports";
import { Supervisor } from "../../dev/controlPlane/supervisorClient";
import { createInstanceDir } from "../../dev/controlPlane/sweep";
import { Objects, type Manifest } from "../../dev/dataPlane";
import { istiod } from "../../dev/dataPlane/istiod";
import { ensureToolchain, findDataPlane, type Toolchain } from "../../dev/toolchain";
import { until } from "../../dev/until";
import { certificateDefinition } from "../support/certificateDefinition";

const PLURALS: Readonly<Record<string, string>> = {
  VirtualService: "virtualservices",
  EnvoyFilter: "envoyfilters",
  Gateway: "gateways",
  AuthorizationPolicy: "authorizationpolicies",
  RequestAuthentication: "requestauthentications",
  PeerAuthentication: "peerauthentications",
  NetworkPolicy: "networkpolicies",
  Certificate: "certificates",
};

/** Where requests of one kind go. */
interface Server {
  readonly url: string;
  readonly agent: HttpAgent | HttpsAgent;
  readonly headers: Readonly<Record<string, string>>;
}

/** A real API server with Istio's custom resources and, where it can be had, a real istiod. */
export class Judges {
  /** The kinds they judge. */
  static readonly kinds: readonly string[] = Object.keys(PLURALS);

  private constructor(
    private readonly controlPlane: ControlPlane,
    private readonly apiServer: Server,
    private readonly istio: { readonly supervisor: Supervisor; readonly server: Server } | undefined,
  ) {}

  /** Starts both. */
  static async start(): Promise<Judges> {
    const dataPlane = await findDataPlane();
    const toolchain: Toolchain = dataPlane ?? (await ensureToolchain());
    const controlPlane = await startControlPlane({ toolchain });
    await new Objects(controlPlane.kubeconfig).apply([certificateDefinition]);
    const istio = dataPlane && (await startIstiod(dataPlane.istiod, controlPlane.kubeconfig));
    return new Judges(controlPlane, apiServerOf(controlPlane), istio);
  }

  /** Whether istiod is one of them. */
  get hasIstiod(): boolean {
    return this.istio !== undefined;
  }

  /** Has the cluster know these namespaces. */
  async prepare(namespaces: Iterable<string>): Promise<void> {
    await new Objects(this.controlPlane.kubeconfig).apply(
      [...namespaces].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    );
  }

  /** What is wrong with an object: the words of each judge that refuses it. Nothing is stored. */
  async objections(manifest: Manifest): Promise<readonly string[]> {
    const answers = await Promise.all([this.askApiServer(manifest), this.askIstiod(manifest)]);
    return answers.filter((answer) => answer !== undefined);
  }

  async stop(): Promise<void> {
    this.apiServer.agent.destroy();
    this.istio?.server.agent.destroy();
    await this.istio?.supervisor.stop();
    await this.controlPlane.stop();
  }

  /** A create that is a dry run; a field that the schema does not know is an error. */
  private async askApiServer(manifest: Manifest): Promise<string | undefined> {
    const { apiVersion = "", kind = "", metadata } = manifest;
    const collection = `/apis/${apiVersion}/namespaces/${metadata?.namespace ?? ""}/${PLURALS[kind] ?? ""}`;
    const { status, body } = await post(
      this.apiServer,
      `${collection}?dryRun=All&fieldValidation=Strict`,
      manifest,
    );
    if (status === 201) return undefined;
    return `API server: ${(JSON.parse(body) as { message?: string }).message ?? body}`;
  }

  /** What an API server with Istio's validating webhook asks istiod. */
  private async askIstiod(manifest: Manifest): Promise<string | undefined> {
    if (this.istio === undefined || manifest.apiVersion?.includes(".istio.io/") !== true) return undefined;
    const request = { uid: "1", operation: "CREATE", kind: { kind: manifest.kind }, object: manifest };
    const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
    const { body } = await post(this.istio.server, "/validate", review);
    const { response } = JSON.parse(body) as {
      response?: { allowed?: boolean; status?: { message?: string } };
    };
    return response?.allowed === true ? undefined : `istiod: ${response?.status?.message ?? body}`;
  }
}

function post(
  { url, agent, headers }: Server,
  path: string,
  value: unknown,
): Promise<{ readonly status: number; readonly body: string }> {
  const send = agent instanceof HttpsAgent ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      `${url}${path}`,
      { method: "POST", agent, headers: { ...headers, "content-type": "application/json" } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    request.on("error", reject);
    request.end(JSON.stringify(value));
  });
}

function apiServerOf({ kubeconfig, server }: ControlPlane): Server {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const ca = Buffer.from(config.getCurrentCluster()?.caData ?? "", "base64");
  const token = config.getCurrentUser()?.token ?? "";
  return {
    url: server,
    agent: new HttpsAgent({ keepAlive: true, ca }),
    headers: { authorization: `Bearer ${token}` },
  };
}

async function startIstiod(
  program: string,
  kubeconfig: string,
): Promise<{ readonly supervisor: Supervisor; readonly server: Server }> {
  const supervisor = await Supervisor.launch(await createInstanceDir(), () => undefined);
  const ports = { http: await freePort(), grpc: await freePort(), monitoring: await freePort() };
  await supervisor.start(await istiod({ program, dir: supervisor.dir, kubeconfig, ports }));
  supervisor.unref();
  const url = `http://127.0.0.1:${ports.http}`;
  await until("istiod is ready", async () => (await fetch(`${url}/ready`)).ok);
  return { supervisor, server: { url, agent: new HttpAgent({ keepAlive: true }), headers: {} } };
}
