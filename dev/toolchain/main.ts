// npm run setup: everything that is downloaded or built for the demo and the end-to-end tests, ahead of time.
// With --data-plane also what the tests with real traffic need, with --try-data-plane only if it can be had.
import { ensureDataPlane, ensureToolchain, findDataPlane, type Toolchain } from ".";

async function main(args: readonly string[]): Promise<void> {
  const quiet = args.includes("--quiet");
  const { crds, ...programs } = await setUpFor(args, { retry: !quiet });
  if (quiet) return;
  const places = { ...programs, istioCrds: crds.istio, serviceMonitorCrd: crds.serviceMonitor };
  console.log(
    Object.entries(places)
      .map(([name, place]) => `${name.padEnd(22)} ${place}`)
      .join("\n"),
  );
}

async function setUpFor(args: readonly string[], options: { readonly retry: boolean }): Promise<Toolchain> {
  if (args.includes("--data-plane")) return ensureDataPlane(options);
  const found = args.includes("--try-data-plane") ? await findDataPlane(options) : undefined;
  return found ?? ensureToolchain(options);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
