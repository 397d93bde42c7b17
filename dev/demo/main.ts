// npm run demo: three APIs of a sample Component on a real API server, from their creation to their removal.
//   npm run demo               runs through and ends by itself: exit code 0 when all was as promised, else 1
//   npm run demo -- --keep     leaves everything running after the edits, to explore, until Ctrl-C
import { Demo, type Outcome } from "./demo";
import { Screen } from "./screen";
import { Interrupted } from "./wait";

const USAGE = "usage: npm run demo [-- --keep]";

/** 130 is the exit code of a program that was interrupted. */
const EXIT_CODES: Readonly<Record<Outcome, number>> = { "as promised": 0, failed: 1, interrupted: 130 };

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--keep");
  if (unknown !== undefined) {
    console.error(`${unknown} is not known; ${USAGE}`);
    return 2;
  }
  const screen = new Screen(process.stdout, process.env);
  const demo = new Demo(screen);
  // What read the pipe has gone.
  process.stdout.on("error", () => {
    demo.end(new Interrupted("closed output"));
  });
  const outcome = await demo.run({ keep: args.includes("--keep") });
  screen.close();
  return EXIT_CODES[outcome];
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
