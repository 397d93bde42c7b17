import assert from "node:assert/strict";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import { rows } from "./rows";
import { differences } from "./support/differences";
import { normalise } from "./support/normalise";
import { recordEvents, recordState } from "./support/recorded";
import { projectOf } from "./support/rowRun";

const own = new Map([["cli-a-row", "<namespace>"]]);

/** A recording of an object at one place and time. */
const recording = (namespace: string, digit: string): object => ({
  [`Secret ${namespace}/a`]: {
    id: `${namespace}/a-${digit.repeat(8)}`,
    resourceVersion: digit,
    data: { password: { ciphertext: `v1:${digit}` } },
    provider: `urn::${digit.repeat(8)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(12)}`,
    message: `refused by 127.0.0.1:1234${digit} at 2026-11-21T09:00:0${digit}Z`,
  },
});

describe("Normalised recordings", () => {
  it("are equal where only place, time and chance differ", () => {
    const other = new Map([["warm-a-row", "<namespace>"]]);

    assert.deepEqual(
      normalise(recording("cli-a-row", "1"), own),
      normalise(recording("warm-a-row", "2"), other),
    );
  });

  it("keep everything else", () => {
    const value = {
      name: "a",
      port: 80,
      hosts: ["127.0.0.1"],
      time: { limit: 3 },
      none: null,
      version: "v3.246.0",
    };

    assert.deepEqual(normalise(value, own), value);
  });

  it("tell a name that the engine has completed from one without", () => {
    assert.equal(normalise("a-0123abcd", own), "a-<suffix>");
    assert.equal(normalise("a-0123abc", own), "a-0123abc");
  });
});

describe("Recorded events", () => {
  const metadata = {
    op: "create",
    urn: "urn:pulumi:main::row::kubernetes:core/v1:ConfigMap::map",
    type: "t",
  };
  const event = (fields: object): EngineEvent => ({ sequence: 1, timestamp: 2, ...fields });

  it("are the same in any order", () => {
    const events = [
      event({ resourcePreEvent: { metadata } }),
      event({ diagnosticEvent: { severity: "info", message: "one" } }),
      event({ diagnosticEvent: { severity: "info", message: "other" } }),
    ];

    assert.deepEqual(recordEvents(events), recordEvents(events.toReversed()));
    assert.deepEqual(Object.keys(recordEvents(events)).sort(), [
      "info of ",
      "info of  (2)",
      "resourcePreEvent create ConfigMap::map",
    ]);
  });

  it("leave out what is shown for a moment only", () => {
    const events = [
      event({ diagnosticEvent: { severity: "info", message: "[1/2] waiting", ephemeral: true } }),
      event({ progressEvent: { id: "plugin" } }),
    ];

    assert.deepEqual(recordEvents(events), {});
  });
});

describe("A recorded state", () => {
  it("has the URNs of a list in one order", () => {
    const urns = ["urn:pulumi:b", "urn:pulumi:a"];

    assert.deepEqual(recordState({ dependencies: urns }), { dependencies: ["urn:pulumi:a", "urn:pulumi:b"] });
    assert.deepEqual(recordState({ list: ["b", "a"] }), { list: ["b", "a"] });
  });

  it("has its resources by name, and those that wait for their deletion beside them", () => {
    const urn = "urn:pulumi:main::row::kubernetes:core/v1:ConfigMap::map";

    const recorded = recordState({ checkpoint: { latest: { resources: [{ urn }, { urn, delete: true }] } } });

    assert.deepEqual(recorded, {
      checkpoint: {
        latest: {
          resources: { "ConfigMap::map": { urn }, "ConfigMap::map to be deleted": { urn, delete: true } },
        },
      },
    });
  });
});

describe("Differences", () => {
  it("name the field and both values", () => {
    assert.deepEqual(differences({ a: { b: 1, same: [1] } }, { a: { b: 2, same: [1] } }, ["cli", "warm"]), [
      "a › b",
      "    cli  1",
      "    warm 2",
    ]);
  });

  it("tell what is absent from one side", () => {
    assert.deepEqual(differences([{ a: 1 }], [{}], ["cli", "warm"]), [
      "0 › a",
      "    cli  1",
      "    warm (absent)",
    ]);
    assert.deepEqual(differences({}, { a: [] }, ["cli", "warm"]), ["a", "    cli  (absent)", "    warm []"]);
  });

  it("show so many fields and count the others", () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`field${index}`, index]));

    const lines = differences(many, {}, ["cli", "warm"]);

    assert.equal(lines.length, 61);
    assert.equal(lines.at(-1), "and 5 more fields");
  });
});

describe("The table", () => {
  it("gives each row a project of its own", () => {
    assert.equal(new Set(rows.map(projectOf)).size, rows.length);
  });
});
