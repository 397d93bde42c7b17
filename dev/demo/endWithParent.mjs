// Loaded into the watcher ahead of its own code: stops it in order when the demo is killed, by a signal that the
// watcher knows anyway. The channel closes with the demo, however that ends.
import process from "node:process";

process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
