import assert from "node:assert/strict";
import { type EngineEvent, type OpType } from "@pulumi/pulumi/automation";
import { TransientError } from "../../../stack";
import { classifyOutput, failedToDelete, lastRetry } from "../../../stack/classify";
import { RunOutput } from "../../../stack/warm/output";
import { fieldConflict } from "../engineOutput";
import { diagnostic, ROUTE } from "./events";

function textOf(events: readonly EngineEvent[], error?: string): string {
  const output = new RunOutput();
  for (const event of events) output.add(event);
  return output.text(error);
}

describe("the output of a run in the warm engine", () => {
  it("is what the CLI prints of the run's messages, by resource", () => {
    const events = [
      diagnostic("warning", "hot", { urn: ROUTE }),
      diagnostic("info", "a note"),
      diagnostic("error", "one\ntwo", { urn: ROUTE }),
    ];

    assert.equal(
      textOf(events, "update failed"),
      [
        "Diagnostics:",
        "  kubernetes:networking.istio.io/v1:VirtualService (a):",
        "    warning: hot",
        "    error: one",
        "    two",
        "",
        "  pulumi:pulumi:Stack:",
        "    a note",
        "",
        "error: update failed",
        "",
      ].join("\n"),
    );
  });

  it("is the error alone where a run did not begin", () => {
    assert.equal(textOf([], "no stack named 'a' found"), "error: no stack named 'a' found\n");
  });

  it("leaves out what is for debugging, and events that are no messages", () => {
    const event: EngineEvent = { sequence: 1, timestamp: 1, cancelEvent: {} };

    assert.equal(textOf([event, diagnostic("debug", "Registering resource")]), "");
  });

  it("is classified by the table of the CLI's output", () => {
    const error = classifyOutput(
      textOf([diagnostic("error", fieldConflict.join("\n"), { urn: ROUTE })], "update failed"),
    );

    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "FieldConflict");
    assert.equal(error.message, fieldConflict.join(" "));
  });

  it("says whether nothing but deletions failed", () => {
    const failed = (...ops: readonly OpType[]): boolean => {
      const steps = ops.map((op): EngineEvent => {
        const metadata = { op, urn: ROUTE, type: "kubernetes:x:Y", logical: true, provider: "" };
        return { sequence: 1, timestamp: 1, resOpFailedEvent: { metadata, status: 0, steps: 0 } };
      });
      return failedToDelete(classifyOutput(textOf([...steps, diagnostic("error", "no")], "update failed")));
    };

    assert.deepEqual([failed("delete"), failed("delete", "delete")], [true, true]);
    assert.deepEqual([failed("delete", "update"), failed("delete-replaced")], [false, false]);
  });

  it("keeps the errors of tries before apart from the error of the run", () => {
    const text = textOf(
      [
        diagnostic("info", 'Retry #1; creation failed: namespaces "nowhere" not found', {
          urn: ROUTE,
          ephemeral: true,
        }),
        diagnostic("error", "update canceled"),
      ],
      "update canceled",
    );

    const error = classifyOutput(text);
    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "EngineStopped");
    assert.equal(error.message, "update canceled");
    assert.equal(lastRetry(text), '; it was trying again after: namespaces "nowhere" not found');
  });
});
