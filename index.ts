// The static program: `pulumi up` serves the ExposedAPI manifests of a file or folder, without a watcher.
import * as pulumi from "@pulumi/pulumi";
import { defaultIstioSettings, noPlatform, OdaApi } from "./components";
import { checkTogether, readManifests, readPlatformFile } from "./stack";

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
for (const warning of checkTogether(apis, gateway)) void pulumi.log.warn(warning);

/** Public URL of each API, by `namespace/name`; undefined where only the cluster knows it. */
export const urls = Object.fromEntries(
  apis.map((api) => {
    const name = `${api.namespace}/${api.name}`;
    return [name, new OdaApi(name, { api, gateway }).url];
  }),
);
