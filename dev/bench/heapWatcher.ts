// The watcher, which after each SIGUSR2 collects its garbage and logs what is left: `{"msg":"heap","heapUsed":BYTES}`.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import "../../watcher/main";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ level: "info", msg: "heap", heapUsed, rss })}\n`);
});
