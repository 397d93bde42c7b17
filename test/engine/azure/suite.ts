// The same tests with each engine.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { createClients, type Clients } from "../../../watcher/kube/client";
import { type FakeArm } from "../../support/azure/fakeArm";
import { AzureInstallation, type StackEngine } from "./installation";
import { removeFolder } from "../../support/removeFolder";

/** What a test works with. */
export interface World {
  readonly arm: FakeArm;
  readonly engine: StackEngine;
  readonly clients: Clients;
}

/** Describes `what` with the CLI and with the warm engine, where that could be built. */
export function describeWithEngines(what: string, tests: (world: () => World) => void): void {
  describe(what, function () {
    this.timeout(240_000);
    let installation: AzureInstallation;
    let clients: Clients;

    before(async () => {
      installation = await AzureInstallation.start();
      const config = new KubeConfig();
      config.loadFromFile(installation.controlPlane.kubeconfig);
      clients = createClients(config);
    });
    after(() => installation.stop());

    for (const choice of ["cli", "warm"] as const) {
      describe(`with the ${choice} engine`, () => {
        let dir: string;
        let engine: StackEngine | undefined;

        before(async function () {
          dir = mkdtempSync(join(tmpdir(), "oda-api-azure-"));
          engine = await installation.engine(choice, dir);
          if (engine === undefined) this.skip();
        });
        afterEach(() => {
          installation.arm.faults.clear();
          installation.arm.requests.length = 0;
        });
        after(async () => {
          await engine?.close();
          await removeFolder(dir);
        });

        tests(() => ({ arm: installation.arm, clients, engine: engine! }));
      });
    }
  });
}
