// npm run setup: everything that is downloaded or built for the demo and the end-to-end tests, ahead of time.
import { ensureToolchain } from ".";

async function main(): Promise<void> {
  const quiet = process.argv.includes("--quiet");
  const { crds, ...programs } = await ensureToolchain({ retry: !quiet });
  if (quiet) return;
  const places = { ...programs, istioCrds: crds.istio, serviceMonitorCrd: crds.serviceMonitor };
  console.log(
    Object.entries(places)
      .map(([name, place]) => `${name.padEnd(22)} ${place}`)
      .join("\n"),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
