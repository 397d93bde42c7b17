// npm run demo: three APIs of a sample Component on a real API server, from their creation to their removal.
//   npm run demo               runs through and ends by itself: exit code 0 when all was as promised, else 1
//   npm run demo -- --keep     leaves everything running after the edits, to explore, until Ctrl-C
import { Demo, Interrupted } from "./demo";
import { Screen } from "./screen";

const USAGE = "usage: npm run demo [-- --keep]";

/** Exit code of a program that a person or a supervisor interrupted. */
const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--keep");
  if (unknown !== undefined) {
    console.error(`${unknown} is not known; ${USAGE}`);
    return 2;
  }
  const screen = new Screen(process.stdout, process.env);
  const demo = new Demo(screen);
  // What reads the pipe may have gone.
  process.stdout.on("error", () => {
    demo.end(new Interrupted("closed output"));
  });
  try {
    await demo.run({ keep: args.includes("--keep") });
    return 0;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    screen.line(`interrupted (${error.message}); nothing is left behind`);
    return INTERRUPTED;
  } finally {
    screen.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error);
    process.exit(1);
  },
);
