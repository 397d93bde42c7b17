import assert from "node:assert/strict";
import {
  classifyOutput,
  errorLines,
  failedToDelete,
  lastRetry,
  lockHolders,
  StackExists,
  StackMissing,
} from "../../stack/classify";
import { EngineError, StackLockedError, TransientError } from "../../stack";
import { API_ID, azureTroubles, failedApi } from "./azureOutput";
import { failedUpdate, fieldConflict, locked } from "./engineOutput";
import { transient } from "./transientOutput";

describe("classifyOutput", () => {
  for (const [what, reason, output] of [...transient, ...azureTroubles]) {
    it(`takes ${what} for ${reason}`, () => {
      const error = classifyOutput(output);

      assert.ok(error instanceof TransientError, `${error.name}: ${error.message}`);
      assert.equal(error.reason, reason);
    });
  }

  it("tells a stack that does not exist, and one that exists already", () => {
    assert.ok(classifyOutput("error: no stack named 'components.a' found\n") instanceof StackMissing);
    assert.ok(
      classifyOutput("error: stack 'organization/oda-api/components.a' already exists\n") instanceof
        StackExists,
    );
  });

  it("tells who holds the lock of a stack", () => {
    const error = classifyOutput(locked("root@host-a (pid 17) at 2026-11-21T09:00:00Z"));

    assert.ok(error instanceof StackLockedError);
    assert.deepEqual(error.holders, [
      { user: "root", host: "host-a", pid: 17, since: "2026-11-21T09:00:00Z" },
    ]);
    assert.equal(error.message, "the stack is locked by root@host-a (pid 17) since 2026-11-21T09:00:00Z");
  });

  it("tells a lock of Pulumi Cloud, which names no holder", () => {
    const error = classifyOutput("error: [409] Conflict: Another update is currently in progress.\n");

    assert.ok(error instanceof StackLockedError);
    assert.deepEqual(error.holders, []);
    assert.equal(error.message, "the stack is locked by another update");
  });

  it("takes a run that the warm engine is still at for a lock that names no holder", () => {
    const error = classifyOutput("error: another run of stack 'components.a' is under way in this engine\n");

    assert.ok(error instanceof StackLockedError);
    assert.deepEqual(error.holders, []);
  });

  it("tells a run that was asked to stop from the errors of tries before", () => {
    const progress =
      ' +  kubernetes:networking.istio.io/v1:VirtualService a creating (3s) Retry #2; creation failed: namespaces "nowhere" not found';
    const error = classifyOutput(`${progress}\n${failedUpdate("update canceled")}`);

    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "EngineStopped");
    assert.equal(error.message, "update canceled");
  });

  it("takes for the gateway's only what is said of its resources", () => {
    const webhook = "failed calling webhook: HTTP status: 503";

    assert.ok(classifyOutput(failedUpdate(webhook)) instanceof EngineError);
    const azure = failedApi("update canceled").replace(
      "Diagnostics:",
      `Diagnostics:\n  x:y:Z (a):\n    error: ${webhook}\n`,
    );
    const error = classifyOutput(azure);
    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "EngineStopped");
  });

  it("takes for the gateway's what a provider says that could not be configured", () => {
    const error = classifyOutput(
      failedApi("DefaultAzureCredential: failed to acquire a token.").replace(
        "  azure-native:apimanagement:Api (catalog):",
        "  pulumi:providers:azure-native (canvas-apim):",
      ),
    );
    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "GatewayUnauthorized");
  });

  it("takes what nobody foresaw for a bug, and keeps the engine's words", () => {
    const error = classifyOutput(failedUpdate("the walrus has left the building"));

    assert.ok(error instanceof EngineError);
    assert.equal(error.message, "the walrus has left the building");
  });
});

describe("what everybody may read", () => {
  for (const password of ["s3cr3t", "s3/cr3t", "s3cr3t@x/y", "s3:cr3t"]) {
    it(`does not hold the password of a backend: ${password}`, () => {
      const { message } = classifyOutput(
        `error: unable to open bucket postgres://pulumi:${password}@db/x: no`,
      );

      assert.equal(message, "unable to open bucket postgres://****@db/x: no");
      assert.equal(
        lastRetry(`a creating (3s) Retry #1; creation failed: Get "https://me:${password}@db/x": no`),
        '; it was trying again after: Get "https://****@db/x": no',
      );
    });
  }
});

describe("what everybody may read of Azure", () => {
  const shown = [
    [
      `cannot create already existing resource '${API_ID}'`,
      "cannot create already existing resource 'apis/catalog' of API Management service canvas-apim",
    ],
    [
      `Put "https://management.azure.com${API_ID}?api-version=2024-05-01": EOF`,
      'Put "apis/catalog" of API Management service canvas-apim: EOF',
    ],
    [
      `PUT https://management.azure.com${API_ID}/policies/policy?api-version=2024-05-01`,
      "PUT apis/catalog/policies/policy of API Management service canvas-apim",
    ],
    [
      `no authorization over scope '${API_ID.replace(/\/apis.*/, "")}' or the scope is invalid`,
      "no authorization over scope API Management service canvas-apim or the scope is invalid",
    ],
    [
      `The subscription '/subscriptions/11111111-2222-4333-8444-555555555555' has no /subscriptions/1/resourceGroups/canvas`,
      "The subscription '/subscriptions/…' has no /subscriptions/…",
    ],
  ] as const;

  for (const [words, expected] of shown) {
    it(`has ids as they are within their service: ${expected}`, () => {
      assert.equal(classifyOutput(failedApi(words)).message, expected);
    });
  }
});

describe("lastRetry", () => {
  it("is the last of several, and empty where there was none", () => {
    assert.equal(lastRetry("creation failed: one\nupdate failed: two\n"), "; it was trying again after: two");
    assert.equal(lastRetry("a creating (3s)"), "");
  });

  it("is short enough for a status", () => {
    assert.ok(lastRetry(`creation failed: ${"x".repeat(10_000)}`).length < 700);
  });
});

describe("errorLines", () => {
  it("keeps the error alone: no progress, no closing summary, nothing twice", () => {
    const error = 'configured Kubernetes cluster is unreachable: "no route"';

    assert.equal(errorLines(failedUpdate(error)), error);
  });

  it("keeps the lines the API server's answer goes on with, up to the next section", () => {
    assert.equal(errorLines(failedUpdate(...fieldConflict)), fieldConflict.join(" "));
  });

  it("keeps each error of several resources", () => {
    const output = [
      "Diagnostics:",
      "  kubernetes:networking.istio.io/v1:VirtualService (a):",
      "    error: the first",
      "",
      "  kubernetes:monitoring.coreos.com/v1:ServiceMonitor (a):",
      "    warning: not this",
      "    error: the second",
    ].join("\n");

    assert.equal(errorLines(output), "the first the second");
  });

  it("leaves colours out", () => {
    assert.equal(
      errorLines("\u001b[38;5;9merror: \u001b[0mno stack named 'a' found"),
      "no stack named 'a' found",
    );
  });

  it("is short enough for a status", () => {
    const message = errorLines(`error: ${"x".repeat(10_000)}`);

    assert.ok(message.length <= 601);
    assert.ok(message.endsWith("…"));
  });

  it("gives the last lines where the engine calls nothing an error", () => {
    assert.equal(errorLines("one\n\ntwo\nthree\nfour\nfive\nsix\n"), "two three four five six");
    assert.equal(errorLines(""), "");
  });
});

describe("failedToDelete", () => {
  const API = "azure-native:apimanagement:Api catalog";
  const STACK = "    pulumi:pulumi:Stack oda-api-components.catalog **failed** 1 error";
  const isOf = (...rows: readonly string[]): boolean =>
    failedToDelete(
      classifyOutput([...rows, STACK, "Diagnostics:", "  x (y):", "    error: Status=503", ""].join("\n")),
    );
  const deleting = ` -  ${API} **deleting failed** error: Status=503`;

  it("knows a run in which nothing but deletions failed, whatever the colours", () => {
    assert.equal(isOf(deleting), true);
    assert.equal(isOf(deleting, ` -  ${API}-backend **deleting failed** error: x`), true);
    assert.equal(isOf(deleting.replace("**d", "\u001b[1m**d").replace(" - ", " \u001b[31m- ")), true);
  });

  it("is not so where anything else failed", () => {
    for (const row of [
      ` +  ${API} **creating failed** error: x`,
      ` ~  ${API} **updating failed** error: x`,
      ` +- ${API} **replacing failed** error: x`,
      ` ~  ${API} **refreshing failed** error: x`,
      `    ${API} **failed**`,
    ])
      assert.equal(isOf(deleting, row), false, row);
  });

  it("is not so for what is deleted to be made again, nor for a run that says nothing of what failed", () => {
    assert.equal(isOf(deleting.replace(" -  ", " -- ")), false);
    assert.equal(isOf(` +  ${API} created`), false);
  });
});

describe("lockHolders", () => {
  it("lists every holder", () => {
    const output = locked(
      "root@host-a (pid 17) at 2026-11-21T09:00:00Z",
      "ci@host-b (pid 4) at 2026-11-21T10:00:00Z",
    );

    assert.deepEqual(
      lockHolders(output).map(({ user, host, pid }) => `${user} ${host} ${pid}`),
      ["root host-a 17", "ci host-b 4"],
    );
  });

  it("lists none where the backend names none", () => {
    assert.deepEqual(lockHolders("error: the stack is currently locked by 1 lock(s)."), []);
  });
});
