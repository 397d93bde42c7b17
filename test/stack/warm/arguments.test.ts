import assert from "node:assert/strict";
import { EngineError } from "../../../stack";
import { requestOf } from "../../../stack/warm/arguments";

const DIR = "/work/oda-api";
const STACK = "components.a";

/** What the Automation API of this release passes. */
const known: readonly (readonly [string, readonly string[], string, object])[] = [
  [
    "a new stack",
    ["stack", "init", STACK, "--secrets-provider", "passphrase"],
    "init",
    { secretsProvider: "passphrase" },
  ],
  ["a stack that is selected", ["stack", "select", "--stack", STACK], "select", {}],
  [
    "an update",
    ["up", "--yes", "--skip-preview", "--client=127.0.0.1:5", "--exec-kind", "auto.inline", "--stack", STACK],
    "up",
    { client: "127.0.0.1:5" },
  ],
  [
    "an update that refreshes and tells its events",
    [
      ...["up", "--yes", "--skip-preview", "--refresh", "--client=127.0.0.1:5", "--exec-kind", "auto.inline"],
      ...["--event-log", "tcp://127.0.0.1:6", "--stack", STACK],
    ],
    "up",
    { client: "127.0.0.1:5", refresh: true, eventLog: "tcp://127.0.0.1:6" },
  ],
  [
    "a preview",
    [
      ...["preview", "--client=127.0.0.1:5", "--exec-kind", "auto.inline"],
      ...["--event-log", "tcp://127.0.0.1:6", "--stack", STACK],
    ],
    "preview",
    { client: "127.0.0.1:5", eventLog: "tcp://127.0.0.1:6" },
  ],
  [
    "a refresh, which runs no program",
    [
      ...["refresh", "--skip-preview", "--yes", "--client=127.0.0.1:5", "--exec-kind", "auto.inline"],
      ...["--stack", STACK],
    ],
    "refresh",
    {},
  ],
  [
    "a destroy",
    ["destroy", "--yes", "--skip-preview", "--exec-kind", "auto.local", "--stack", STACK],
    "destroy",
    {},
  ],
  [
    "a destroy that removes the stack",
    ["destroy", "--remove", "--stack", STACK],
    "destroy",
    { remove: true },
  ],
  [
    "a destroy that looks at the live resources first",
    ["destroy", "--refresh", "--stack", STACK],
    "destroy",
    { refresh: true },
  ],
  ["a stack that is removed", ["stack", "rm", "--yes", STACK], "remove", {}],
  ["outputs", ["stack", "output", "--json", "--stack", STACK], "outputs", {}],
  [
    "outputs with secrets",
    ["stack", "output", "--json", "--show-secrets", "--stack", STACK],
    "outputs",
    { showSecrets: true },
  ],
  ["a state", ["stack", "export", "--show-secrets", "--stack", STACK], "export", { showSecrets: true }],
  ["locks that are released", ["cancel", "--yes", "--stack", STACK], "cancel", {}],
];

describe("arguments of the CLI, for the warm engine", () => {
  for (const [what, args, operation, fields] of known) {
    it(`ask for ${what}`, () => {
      assert.deepEqual(requestOf([...args, "--non-interactive"], DIR, {}), {
        operation,
        body: { workDir: DIR, stack: STACK, ...fields },
      });
    });
  }

  it("come with the variables that concern providers, and with no secret of the backend", () => {
    const environment = {
      PULUMI_BACKEND_URL: "s3://states",
      PULUMI_CONFIG_PASSPHRASE: "secret",
      PULUMI_DEBUG_COMMANDS: "true",
      PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
      KUBECONFIG: "/kubeconfig",
    };
    const env = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true", KUBECONFIG: "/kubeconfig" };

    for (const command of ["up", "preview", "refresh", "destroy"]) {
      assert.deepEqual(requestOf([command, "--stack", STACK], DIR, environment).body.env, env);
    }
    assert.equal(requestOf(["stack", "init", STACK], DIR, environment).body.env, undefined);
  });

  for (const [what, args, message] of [
    ["an unknown command", ["watch", "--stack", STACK], "the warm engine does not know the command watch"],
    [
      "an unknown command of stacks",
      ["stack", "import", "--file", "x"],
      "the warm engine does not know the command stack import",
    ],
    [
      "an unknown option",
      ["up", "--target", "urn", "--stack", STACK],
      "the warm engine does not know the argument --target of up",
    ],
    [
      "an option of another command",
      ["refresh", "--refresh", "--stack", STACK],
      "the warm engine does not know the argument --refresh of refresh",
    ],
    [
      "a second stack",
      ["stack", "init", STACK, "other"],
      "the warm engine does not know the argument other of stack init",
    ],
    [
      "an option in its short form",
      ["up", "-y", "--stack", STACK],
      "the warm engine does not know the argument -y of up",
    ],
    [
      "a value that an option does not take",
      ["up", "--refresh=false", "--stack", STACK],
      "the argument --refresh of up takes no value",
    ],
    ["a value that is missing", ["up", "--stack"], "the argument --stack of up needs a value"],
    ["a stack that is missing", ["up", "--yes"], "the command up does not say which stack"],
  ] as const) {
    it(`are refused for ${what}`, () => {
      assert.throws(
        () => requestOf(args, DIR, {}),
        (error) => {
          assert.ok(error instanceof EngineError);
          assert.equal(error.message, message);
          return true;
        },
      );
    });
  }
});
