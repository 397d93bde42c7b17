import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { createClients } from "../../watcher/kube/client";
import { describeError } from "../../watcher/logger";
import { KubernetesServer } from "../support/kubernetesServer";

describe("what a log line says of an error", () => {
  it("is the API server's own words and the status of what it refused", async () => {
    const server = await KubernetesServer.start();
    server.fail(403);
    const refused: unknown = await createClients(server.kubeConfig)
      .core.listServiceForAllNamespaces()
      .catch((error: unknown) => error);
    await server.close();

    assert.ok(refused instanceof Error && refused.message.includes("HTTP-Code"));
    assert.deepEqual(describeError(refused), { type: "ApiException", status: 403, message: "fault 403" });
  });

  it("is the status of a watch that was refused", () => {
    const refused = Object.assign(new Error("Forbidden"), { statusCode: 403 });
    assert.deepEqual(describeError(refused), { type: "Error", status: 403, message: "Forbidden" });
  });

  it("is the reason and the words of a trouble that passes by itself", () => {
    assert.deepEqual(describeError(new TransientError("GatewayUnavailable", "it is away")), {
      type: "TransientError",
      reason: "GatewayUnavailable",
      message: "it is away",
    });
  });

  it("has the stack of every other error, which may be a bug", () => {
    const bug = describeError(new TypeError("undefined is not a function")) as Record<string, unknown>;
    assert.deepEqual([bug["type"], bug["message"]], ["TypeError", "undefined is not a function"]);
    assert.match(String(bug["stack"]), /logger\.test/);
  });

  it("is whatever else was thrown", () => {
    assert.equal(describeError("text"), "text");
    assert.equal(describeError(undefined), undefined);
  });
});
