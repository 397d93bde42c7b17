// With --keep: everything is left running, with what one can do with it, until Ctrl-C.
import { once } from "node:events";
import path from "node:path";
import { type ControlPlane } from "../../controlPlane";
import { type Toolchain } from "../../toolchain";
import { NAMESPACE } from "../cluster";
import { CORE_API, PARTY_ROLE_API } from "../sample";
import { type Stage } from "../stage";
import { Interrupted } from "../wait";

/**
 * Says how to explore, and waits for somebody to interrupt it, which is how this demo ends.
 *
 * @throws what ended it otherwise, such as the end of the watcher
 */
export async function keep(stage: Stage, toolchain: Toolchain, controlPlane: ControlPlane): Promise<void> {
  const { screen, signal, stateDir, watcher } = stage;
  screen.heading("All of it goes on running. In another terminal:");
  for (const line of [
    `export KUBECONFIG=${controlPlane.kubeconfig}`,
    `kubectl -n ${NAMESPACE} get exposedapis`,
    `kubectl -n ${NAMESPACE} get virtualservice ${CORE_API} -o yaml`,
    `kubectl -n ${NAMESPACE} edit exposedapi ${PARTY_ROLE_API}`,
    `kubectl -n ${NAMESPACE} get events`,
    `curl -s ${watcher.url}/metrics | grep ^oda_`,
    `PULUMI_HOME=${toolchain.pulumiHome} PULUMI_BACKEND_URL=file://${path.join(stateDir, "state")} \\`,
    `  PULUMI_CONFIG_PASSPHRASE_FILE=${path.join(stateDir, "passphrase")} ${toolchain.pulumi} stack ls --all`,
  ]) {
    screen.line(`  ${line}`);
  }
  screen.line();
  screen.line("Ctrl-C stops and removes everything.");
  const staysAlive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(staysAlive);
  if (!(signal.reason instanceof Interrupted)) signal.throwIfAborted();
}
