// Main module of the thread in which documents are parsed and checked: one that takes long holds up nothing else.
import { parentPort } from "node:worker_threads";
import { DocumentError } from "../document";
import { importDocument } from "../import";
import { READY, type ImportOutcome, type ImportTask } from "./messages";

parentPort?.on("message", (task: ImportTask) => {
  void outcomeOf(task).then((outcome) => {
    parentPort?.postMessage(outcome);
  });
});

parentPort?.postMessage(READY);

async function outcomeOf({ raw, others, limit }: ImportTask): Promise<ImportOutcome> {
  try {
    return { type: "step", step: await importDocument(raw, others, limit) };
  } catch (error) {
    if (error instanceof DocumentError) {
      return { type: "refused", reason: error.reason, message: error.message };
    }
    return {
      type: "failed",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
