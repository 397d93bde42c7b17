// The static program: `pulumi up` serves the ExposedAPI manifests of a file or folder, without a watcher.
import * as pulumi from "@pulumi/pulumi";
import { defaultIstioSettings, needsPlatform, noPlatform, OdaApi, OdaPlatform } from "./components";
import {
  checkTogether,
  defaultDocumentLimits,
  neighboursOf,
  platformStackName,
  readManifests,
  readPlatformFile,
  readStaticDocuments,
  staticGateways,
} from "./stack";

const config = new pulumi.Config("oda");
const publicHostname = config.get("publicHostname") ?? "";
const platformFile = config.get("platform") ?? "";
const documentHosts = config.get("documentHosts");
const platform = platformFile === "" ? noPlatform : readPlatformFile(platformFile);
const istio = {
  ...defaultIstioSettings,
  ...platform.istio,
  gateway: config.get("componentGateway") ?? defaultIstioSettings.gateway,
  ...(publicHostname === "" ? {} : { publicHostname }),
};

async function serve(): Promise<Record<string, pulumi.Output<string | undefined>>> {
  const apis = readManifests(config.require("apis"), platform.rules);
  const gatewayOf = await staticGateways(apis, { default: config.get("gateway"), istio, platform });
  const limits =
    documentHosts === undefined ? {} : { hosts: documentHosts.split(",").map((host) => host.trim()) };
  const documents = await readStaticDocuments(apis, gatewayOf, { ...defaultDocumentLimits, ...limits });
  const neighbours = neighboursOf(apis, gatewayOf, documents);
  for (const warning of [...checkTogether(apis, gatewayOf), ...neighbours.warnings]) {
    void pulumi.log.warn(warning);
  }

  const shared = new Map<string, OdaPlatform>();
  const urls = apis.map((api) => {
    const gateway = gatewayOf(api);
    if (needsPlatform(api, gateway) && !shared.has(gateway.type)) {
      shared.set(gateway.type, new OdaPlatform(platformStackName(gateway.type), { gateway }));
    }
    const platformOf = needsPlatform(api, gateway) ? shared.get(gateway.type) : undefined;
    const name = `${api.namespace}/${api.name}`;
    const context = neighbours.contextOf(api);
    const args = { api, gateway, context, document: documents.get(api)?.text };
    return [name, new OdaApi(name, args, platformOf === undefined ? {} : { dependsOn: platformOf }).url];
  });
  return Object.fromEntries(urls) as Record<string, pulumi.Output<string | undefined>>;
}

/** Output `urls`: public URL of each API, by `namespace/name`; undefined where only the cluster knows it. */
export = async (): Promise<object> => {
  try {
    return { urls: await serve() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What is wrong is in a manifest or a setting; where it was noticed is for whoever asks for it (--debug).
    void pulumi.log.debug(error.stack ?? "");
    throw new pulumi.RunError(error.message);
  }
};
