import assert from "node:assert/strict";
import { EXPOSED_APIS } from "../../dev/bench/apis";
import { Installation, NAMESPACE } from "../../dev/bench/installation";
import { seedServedApis } from "../../dev/bench/seed";
import { ensureToolchain } from "../../dev/toolchain";
import { type ApiObject } from "../../watcher/kube/objects";

describe("what the benchmark takes for served APIs", function () {
  this.timeout(120_000);

  it("is taken for served by a watcher, so that it runs no engine and writes no status", async () => {
    const said: string[] = [];
    await Installation.with({ toolchain: await ensureToolchain() }, async (installation) => {
      const names = await seedServedApis(installation, 7, (line) => said.push(line));
      const { items } = (await installation.clients.objects.listNamespacedCustomObject({
        ...EXPOSED_APIS,
        namespace: NAMESPACE,
      })) as { items: ApiObject[] };
      assert.deepEqual(items.map(({ metadata }) => metadata?.name).sort(), names);
      const hashes = items.map(({ status }) => (status!["stack"] as { hash: string }).hash);
      assert.equal(new Set(hashes).size, 7);
    });
    assert.deepEqual(said, ["a watcher over 7 seeded APIs: 0 engine runs, 0 status writes"]);
  });
});
