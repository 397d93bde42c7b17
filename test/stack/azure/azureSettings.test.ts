import assert from "node:assert/strict";
import { type AzureApimPart } from "../../../components";
import { AzureSettingsSource, type AzureSettingsOptions } from "../../../stack/azure/azureSettings";
import { FakeKeyVault } from "../../support/azure/fakeKeyVault";
import { eventually } from "../../support/eventually";
import { INSTRUMENTATION_KEY, istio, part, SECRETS, whole } from "./examples";

describe("AzureSettingsSource", () => {
  let vault: FakeKeyVault;
  let source: AzureSettingsSource | undefined;
  let changes: number;
  let log: string[];
  beforeEach(async () => {
    vault = await FakeKeyVault.start(SECRETS);
    changes = 0;
    log = [];
  });
  afterEach(async () => {
    vault.release();
    await source?.stop();
    await vault.close();
    assert.ok(!log.join().includes(vault.token) && !log.join().includes(INSTRUMENTATION_KEY));
  });

  function create(options: Partial<AzureSettingsOptions> = {}): AzureSettingsSource {
    const line = (level: string) => (fields: object, message: string) => {
      log.push(`${level} ${message} ${JSON.stringify(fields)}`.replaceAll(vault.url, "https://vault"));
    };
    source = new AzureSettingsSource({
      part: part(),
      vaultUrl: vault.url,
      istio,
      credential: vault.credential,
      log: { info: line("info"), warn: line("warn") },
      refreshMs: 60_000,
      retryMs: 10,
      vault: { tlsOptions: { ca: vault.certificate }, retryOptions: { maxRetries: 0 } },
      ...options,
    });
    return source;
  }

  /** One that reads the vault some twenty times a second. */
  async function started(options: Partial<AzureSettingsOptions> = {}): Promise<AzureSettingsSource> {
    const running = create({ refreshMs: 50, ...options });
    running.start(() => (changes += 1));
    await eventually("there are settings", () => running.settings());
    return running;
  }

  const readsOf = (name: string) => vault.reads.filter((read) => read === name).length;

  it("reads the vault once, however many ask", async () => {
    const running = create();
    assert.equal(running.settings(), undefined);
    assert.equal(running.problem(), `Key Vault ${vault.url} has not answered yet`);
    vault.hold();
    running.start(() => (changes += 1));
    const asked = Array.from({ length: 1000 }, () => running.refresh());
    await eventually("the vault is asked", () => vault.waiting > 0);
    vault.release();
    await Promise.all(asked);

    for (let ask = 0; ask < 1000; ask += 1) assert.equal(running.settings()?.serviceName, "oda-apim");
    assert.deepEqual([...vault.reads].sort(), ["apim-service-name", "resource-group", "subscription-id"]);
    assert.equal(running.problem(), undefined);
    assert.equal(changes, 1);
  });

  it("asks for nothing that the platform file says", async () => {
    const file: AzureApimPart = { ...whole, appInsights: { logger: "l", sampling: 5, secret: "key" } };
    const running = create({ part: file });
    running.start(() => (changes += 1));
    await running.refresh();

    assert.equal(running.settings()?.appInsights?.secretId, `${vault.url}/secrets/key`);
    assert.equal(running.problem(), undefined);
    assert.deepEqual([vault.reads, vault.challenges, changes], [[], 0, 0]);
  });

  it("never reads the instrumentation key", async () => {
    const secret = "app-insights-instrumentation-key";
    const running = await started({ part: part({ appInsights: { logger: "l", sampling: 5, secret } }) });
    assert.equal(readsOf(secret), 0);
    assert.ok(!JSON.stringify(running.settings()).includes(INSTRUMENTATION_KEY));
    assert.equal(running.settings()?.appInsights?.secretId, `${vault.url}/secrets/${secret}`);
  });

  it("says what is missing where no vault is named", async () => {
    const running = create({ vaultUrl: undefined });
    running.start(() => (changes += 1));
    await running.refresh();
    assert.equal(running.settings(), undefined);
    assert.equal(
      running.problem(),
      "Azure API Management is not configured: the platform file has to name azureApim.subscriptionId, " +
        "azureApim.resourceGroup, azureApim.serviceName, or a Key Vault has to be named that has them " +
        "(azureApim.keyVault, KEY_VAULT_NAME)",
    );
  });

  it("reads the vault again when its values have expired, and tells only of a change", async () => {
    const running = await started();
    await eventually("it was read three times", () => readsOf("resource-group") >= 3);
    assert.equal(changes, 1);

    vault.secrets.set("resource-group", "rotated");
    await eventually("the new value", () => running.settings()?.resourceGroup === "rotated");
    const reads = readsOf("resource-group");
    await eventually("it was read twice more", () => readsOf("resource-group") >= reads + 2);
    assert.equal(changes, 2);
  });

  it("keeps the last good settings while the vault is away, and says so once", async () => {
    const running = await started();
    await vault.close();
    await eventually("the problem", () => running.problem());
    assert.match(running.problem() ?? "", /^Key Vault \S+ cannot be reached \(ECONN(REFUSED|RESET)\)$/);
    assert.equal(running.settings()?.serviceName, "oda-apim");
    assert.equal(changes, 1);
    assert.match(log.at(-1) ?? "", /^warn settings not read from Key Vault .*the last settings are used/);

    vault.secrets.set("apim-service-name", "moved");
    await vault.open();
    await eventually("the vault is back", () => running.problem() === undefined);
    assert.equal(running.settings()?.serviceName, "moved");
    assert.equal(changes, 2);
    assert.match(log.at(-1) ?? "", /^info settings read from Key Vault .*"changed":true/);
  });

  it("keeps the last good settings where a secret is gone, or holds something else", async () => {
    const running = await started();
    vault.secrets.delete("subscription-id");
    await eventually("it is missed", () =>
      running.problem()?.endsWith('secret "subscription-id" is not there'),
    );
    vault.secrets.set("subscription-id", "no-uuid");
    await eventually("it is wrong", () =>
      running.problem()?.includes('secret "subscription-id" must be a UUID'),
    );
    assert.ok(!(running.problem() ?? "").includes("no-uuid"));
    assert.equal(running.settings()?.subscriptionId, SECRETS["subscription-id"]);
    assert.equal(changes, 1);
  });

  it("tells those that wait for settings when it is another problem that keeps them away", async () => {
    vault.secrets.delete("resource-group");
    const running = create();
    running.start(() => (changes += 1));
    await eventually("the first problem", () => running.problem()?.endsWith('"resource-group" is not there'));
    assert.equal(changes, 1);
    vault.secrets.set("resource-group", "a.");
    await eventually("the second problem", () =>
      running.problem()?.includes("must be the name of a resource"),
    );
    vault.secrets.set("resource-group", "a");
    await eventually("settings", () => running.settings()?.resourceGroup === "a");
    assert.equal(changes, 3);
  });

  it("waits longer after each failure, up to the time between two reads", async () => {
    vault.secrets.delete("resource-group");
    const running = create({ retryMs: 40 });
    const from = performance.now();
    running.start(() => undefined);
    await eventually("five failures", () => readsOf("resource-group") >= 5);
    // Halves of 40, 80, 160 and 320 ms at least.
    assert.ok(performance.now() - from >= 295);
  });

  it("waits as long as a Retry-After says", async () => {
    vault.fail({ status: 429, headers: { "retry-after": "1" } });
    const running = create({
      vault: { tlsOptions: { ca: vault.certificate }, retryOptions: { maxRetries: 3 } },
    });
    const from = performance.now();
    await running.refresh();
    assert.equal(running.settings()?.serviceName, "oda-apim");
    assert.ok(performance.now() - from >= 990);
  });

  it("stops while the vault is slow, and asks for nothing afterwards", async () => {
    const running = create();
    vault.hold();
    running.start(() => (changes += 1));
    await eventually("the vault is asked", () => vault.waiting > 0);
    await running.stop();
    vault.release();
    await running.refresh();
    assert.equal(running.settings(), undefined);
    assert.deepEqual([vault.reads, changes, log], [[], 0, []]);
  });

  it("shows no secret in what it logs, says or gives", async () => {
    const running = await started();
    vault.fail(
      ...Array<{ status: number; body: string }>(3).fill({ status: 500, body: INSTRUMENTATION_KEY }),
    );
    await eventually("the problem", () => running.problem());
    const shown = `${running.problem() ?? ""} ${JSON.stringify(running.settings())} ${log.join("\n")}`;
    for (const secret of [vault.token, INSTRUMENTATION_KEY]) assert.ok(!shown.includes(secret), shown);
    // What is fetched is names and ids: in the settings, but in no log.
    for (const id of Object.values(SECRETS)) assert.ok(!log.join().includes(id), log.join());
  });
});
