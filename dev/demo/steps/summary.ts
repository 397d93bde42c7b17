// The last step: the figures of the demo.
import { type Stage } from "../stage";

/** Says what it took. */
export async function summary({ apis, screen, watcher }: Stage, started: number): Promise<void> {
  const { total, byOperation } = await watcher.engineRuns();
  const operations = Object.entries(byOperation).map(([operation, count]) => `${count} ${operation}`);
  const { seconds } = apis;
  const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
  screen.heading("Summary");
  screen.line(`  engine runs     ${total} (${operations.join(", ")})`);
  screen.line(`  create to URL   ${mean.toFixed(1)} s on average of ${seconds.length} APIs`);
  screen.line(`  whole demo      ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
