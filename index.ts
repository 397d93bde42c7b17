// The static program: `pulumi up` serves the ExposedAPI manifests of a file or folder, without a watcher.
import * as pulumi from "@pulumi/pulumi";
import { defaultIstioSettings, needsPlatform, noPlatform, OdaApi, OdaPlatform } from "./components";
import { checkTogether, neighboursOf, PLATFORM_STACK, readManifests, readPlatformFile } from "./stack";

const config = new pulumi.Config("oda");
const publicHostname = config.get("publicHostname") ?? "";
const platformFile = config.get("platform") ?? "";
const platform = platformFile === "" ? noPlatform : readPlatformFile(platformFile);
const gateway = {
  ...defaultIstioSettings,
  ...platform.istio,
  gateway: config.get("componentGateway") ?? defaultIstioSettings.gateway,
  ...(publicHostname === "" ? {} : { publicHostname }),
};

const apis = readManifests(config.require("apis"), platform.rules);
const neighbours = neighboursOf(apis, gateway);
for (const warning of [...checkTogether(apis, gateway), ...neighbours.warnings]) {
  void pulumi.log.warn(warning);
}

const users = new Set(apis.filter((api) => needsPlatform(api, gateway)));
const shared = users.size === 0 ? [] : [new OdaPlatform(PLATFORM_STACK, { gateway })];

/** Public URL of each API, by `namespace/name`; undefined where only the cluster knows it. */
export const urls = Object.fromEntries(
  apis.map((api) => {
    const name = `${api.namespace}/${api.name}`;
    const context = neighbours.contextOf(api);
    const options = users.has(api) ? { dependsOn: shared } : {};
    return [name, new OdaApi(name, { api, gateway, ...(context && { context }) }, options).url];
  }),
);
