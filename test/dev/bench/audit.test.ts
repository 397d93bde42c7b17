import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AuditReader, type AuditEvent } from "../../../dev/bench/audit";
import { phasesOf } from "../../../dev/bench/phases";
import { useTempDir } from "../../support/tempDir";

/** A finished request, with the milliseconds after an hour at which it came and ended. */
function event(user: string, verb: string, resource: string, came = 0, ended = 0): AuditEvent {
  const at = (milliseconds: number): string =>
    `2026-01-01T10:00:00.${String(Math.round(milliseconds * 1000)).padStart(6, "0")}Z`;
  return {
    stage: "ResponseComplete",
    verb,
    requestURI: `/apis/${resource}?watch=1`,
    user: { username: user },
    objectRef: { resource, namespace: "components", name: resource === "endpointslices" ? "a-svc" : "a" },
    requestReceivedTimestamp: at(came),
    stageTimestamp: at(ended),
  };
}

function line(...[user, verb, resource]: Parameters<typeof event>): string {
  return `${JSON.stringify(event(user, verb, resource))}\n`;
}

describe("audit log", () => {
  const dir = useTempDir();

  it("counts the requests of one user by verb and resource", () => {
    const file = join(dir(), "audit.log");
    const started = { ...event("watcher", "watch", "services"), stage: "ResponseStarted" };
    const version = {
      ...event("watcher", "get", ""),
      objectRef: undefined,
      requestURI: "/version?timeout=1s",
    };
    writeFileSync(
      file,
      line("watcher", "patch", "exposedapis") +
        line("watcher", "patch", "exposedapis") +
        line("admin", "patch", "exposedapis") +
        `${JSON.stringify(started)}\n${JSON.stringify(version)}\n`,
    );
    assert.deepEqual(new AuditReader(file).requests("watcher"), {
      "PATCH exposedapis": 2,
      "GET /version": 1,
    });
  });

  it("gives what was added since the last reading, whole lines only", () => {
    const file = join(dir(), "audit.log");
    const [begin, end] = ['{"stage":"ResponseComplete",', '"verb":"get","requestURI":"/ü"}\n'];
    writeFileSync(file, line("watcher", "list", "services") + begin);
    const audit = new AuditReader(file);
    assert.deepEqual(
      audit.events().map(({ verb }) => verb),
      ["list"],
    );
    assert.deepEqual(audit.events(), []);
    appendFileSync(file, end);
    assert.deepEqual(
      audit.events().map(({ requestURI }) => requestURI),
      ["/ü"],
    );
  });

  it("says where the time of a flip goes", () => {
    const events = [
      event("admin", "patch", "endpointslices", 0, 2),
      event("plain", "patch", "exposedapis", 3, 4),
      event("watcher", "patch", "exposedapis", 8.5, 11.5),
    ];
    assert.deepEqual(phasesOf(events, "watcher", "components", ["a"]), {
      endpoint_write_ms: 2,
      reaction_ms: 6.5,
      status_write_ms: 3,
    });
  });

  it("counts a flip from the endpoint that changed last before the status", () => {
    const events = [
      event("admin", "patch", "endpointslices", 0, 2),
      event("admin", "patch", "endpointslices", 10, 12),
      event("watcher", "patch", "exposedapis", 13, 14),
    ];
    assert.equal(phasesOf(events, "watcher", "components", ["a"]).reaction_ms, 1);
  });
});
