import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { Cluster, GATEWAY_NAMESPACE } from "./support/cluster";
import { routeOf } from "./support/expect";
import { exposedApi } from "./support/manifests";

const run = promisify(execFile);
const root = join(__dirname, "..", "..");

describe("pulumi up over a folder of manifests", function () {
  this.timeout(180_000);
  let dir: string;
  let manifests: string;
  let cluster: Cluster;

  const pulumi = async (...args: string[]): Promise<string> => {
    const { pulumi: command, pulumiHome } = cluster.toolchain;
    const { stdout } = await run(
      command,
      [...args, "--stack", "static", "--config-file", join(dir, "Pulumi.static.yaml"), "--non-interactive"],
      {
        cwd: root,
        env: {
          ...process.env,
          PATH: [dirname(command), process.env["PATH"]].join(delimiter),
          KUBECONFIG: cluster.controlPlane.kubeconfig,
          PULUMI_HOME: pulumiHome,
          PULUMI_BACKEND_URL: `file://${dir}`,
          PULUMI_CONFIG_PASSPHRASE: "for this test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
    return stdout;
  };
  const write = (name: string, path: string): void => {
    writeFileSync(join(manifests, `${name}.yaml`), stringify(exposedApi(name, { path })));
  };

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "oda-api-static-"));
    manifests = join(dir, "manifests");
    mkdirSync(manifests);
    cluster = await Cluster.start({});
    write("alpha", "/alpha");
    write("beta", "/beta");
    // `stack init` writes its settings beside the project file it finds: one of the same name, in this folder.
    writeFileSync(join(dir, "Pulumi.yaml"), stringify({ name: "oda-api-static", runtime: "nodejs" }));
    await run(cluster.toolchain.pulumi, ["stack", "init", "static", "--no-select"], {
      cwd: dir,
      env: { ...process.env, PULUMI_BACKEND_URL: `file://${dir}`, PULUMI_CONFIG_PASSPHRASE: "for this test" },
    });
    await pulumi("config", "set", "oda:apis", manifests);
    await pulumi("config", "set", "oda:publicHostname", "apis.example.org");
    const platform = join(dir, "platform.yaml");
    const CORS = { enabled: true, allowOrigins: ["https://portal.example.org"] };
    writeFileSync(platform, stringify({ defaults: { CORS }, locked: ["CORS"] }));
    await pulumi("config", "set", "oda:platform", platform);
  });

  after(async () => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("exposes every API and prints its URL", async () => {
    const output = await pulumi("up", "--yes", "--skip-preview");
    assert.match(output, /https:\/\/apis\.example\.org\/alpha/);
    assert.deepEqual(routeOf(await cluster.get("VirtualService", "beta")), {
      hosts: ["apis.example.org"],
      gateways: ["component-gateway"],
      prefix: "/beta",
      destination: { host: "beta-svc", port: { number: 8080 } },
    });
  });

  it("gives every API what the platform team decides", async () => {
    const { spec } = (await cluster.get("VirtualService", "alpha")) as {
      spec?: { http?: readonly { corsPolicy?: { allowOrigins?: unknown } }[] };
    };
    assert.deepEqual(spec?.http?.[0]?.corsPolicy?.allowOrigins, [{ exact: "https://portal.example.org" }]);
  });

  it("declares what all APIs share at the gateway with the first that needs it, and warns of paths that overlap", async () => {
    const body = { metadata: { name: GATEWAY_NAMESPACE } };
    await cluster.clients.core.createNamespace({ body });
    const inner = exposedApi("inner", { path: "/alpha/v2", rateLimit: { enabled: true, limit: "5" } });
    writeFileSync(join(manifests, "inner.yaml"), stringify(inner));
    const output = await pulumi("up", "--yes", "--skip-preview");
    assert.match(
      output,
      /components\/inner: requests for \/alpha\/v2 go to it, and the others for \/alpha to components\/alpha/,
    );
    const filters = await cluster.list("EnvoyFilter", GATEWAY_NAMESPACE);
    assert.deepEqual(filters.map(({ metadata }) => metadata.name).sort(), ["components.inner", "oda-api"]);
    const outer = await cluster.get("VirtualService", "alpha");
    assert.match(JSON.stringify(outer?.spec["http"]), /\/alpha\/v2/);

    rmSync(join(manifests, "inner.yaml"));
    await pulumi("up", "--yes", "--skip-preview");
    assert.deepEqual(await cluster.list("EnvoyFilter", GATEWAY_NAMESPACE), []);
  });

  it("previews only what a changed file changes", async () => {
    write("beta", "/beta/v2");
    const output = await pulumi("preview", "--diff");
    assert.match(output, /~ 1 to update/);
    assert.match(output, /\/beta\/v2/);
  });

  it("leaves nothing when it is destroyed", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual(await cluster.list("VirtualService"), []);
  });
});
