import assert from "node:assert/strict";
import {
  classifyOutput,
  errorLines,
  lastRetry,
  lockHolders,
  StackExists,
  StackMissing,
} from "../../stack/classify";
import { EngineError, StackLockedError, TransientError, type TransientReason } from "../../stack";
import { failedUpdate, fieldConflict, locked, notCreated } from "./engineOutput";

const REFUSED =
  'Get "https://127.0.0.1:6443/openapi/v2?timeout=32s": dial tcp 127.0.0.1:6443: connect: connection refused';

/** Engine output, and the reason it is to be given. */
const transient: readonly (readonly [string, TransientReason, string])[] = [
  [
    "a wrong passphrase",
    "WrongPassphrase",
    "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
  ],
  [
    "a missing passphrase",
    "WrongPassphrase",
    "error: getting stack configuration: get stack secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
  ],
  [
    "a plugin that is not installed",
    "EngineMissing",
    failedUpdate(
      "no resource plugin 'pulumi-resource-kubernetes' found in the workspace at version v4.25.0 or on your $PATH, install the plugin using `pulumi plugin install resource kubernetes v4.25.0`",
    ),
  ],
  ["fields that another manager owns", "FieldConflict", failedUpdate(...fieldConflict)],
  [
    "a missing permission",
    "Forbidden",
    failedUpdate(
      notCreated(
        'virtualservices.networking.istio.io "a" is forbidden: User "engine" cannot patch resource "virtualservices" in API group "networking.istio.io" in the namespace "components"',
      ),
    ),
  ],
  [
    "a missing CRD",
    "CrdMissing",
    failedUpdate(
      'creation of resource "urn:pulumi:components.a::oda-api::kubernetes:monitoring.coreos.com/v1:ServiceMonitor::a" with kind monitoring.coreos.com/v1/ServiceMonitor failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    ),
  ],
  [
    "a CRD that was just removed",
    "CrdMissing",
    failedUpdate(notCreated("the server could not find the requested resource")),
  ],
  ["a missing namespace", "NamespaceMissing", failedUpdate(notCreated('namespaces "nowhere" not found'))],
  [
    "a namespace on its way out",
    "NamespaceMissing",
    failedUpdate(
      notCreated(
        'virtualservices.networking.istio.io "a" is forbidden: unable to create new content in namespace components because it is being terminated',
      ),
    ),
  ],
  [
    "an API server that refuses connections",
    "ApiServerUnavailable",
    failedUpdate(
      `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: ${REFUSED}`,
    ),
  ],
  [
    "a destroy without API server",
    "ApiServerUnavailable",
    failedUpdate(
      'configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    ),
  ],
  [
    "an API server that went away during the run",
    "ApiServerUnavailable",
    failedUpdate(`Failed to fetch OpenAPI schema from the API server: ${REFUSED}`),
  ],
  [
    "a connection cut during a write",
    "ApiServerUnavailable",
    failedUpdate(
      notCreated(
        'Patch "https://127.0.0.1:6443/apis/networking.istio.io/v1/namespaces/components/virtualservices/a?fieldManager=oda-api": unexpected EOF',
      ),
    ),
  ],
  ["etcd without a leader", "ApiServerUnavailable", failedUpdate(notCreated("etcdserver: leader changed"))],
  [
    "an admission webhook's refusal",
    "Rejected",
    failedUpdate(
      notCreated(
        'admission webhook "validation.istio.io" denied the request: configuration is invalid: domain name "-x" invalid',
      ),
    ),
  ],
  [
    "an admission policy's refusal",
    "Rejected",
    failedUpdate(
      notCreated(
        "virtualservices.networking.istio.io \"a\" is forbidden: ValidatingAdmissionPolicy 'hosts' with binding 'hosts' denied request: hosts must end in .example.com",
      ),
    ),
  ],
  [
    "a value the CRD does not take",
    "Rejected",
    failedUpdate(
      notCreated(
        'VirtualService.networking.istio.io "a" is invalid: spec.http[0].match[0].uri: Invalid value: "object": should have at least 1 properties',
      ),
    ),
  ],
  [
    "a value of another type than the CRD's",
    "Rejected",
    failedUpdate(
      notCreated(
        "failed to create typed patch object (components/a; networking.istio.io/v1, Kind=VirtualService): .spec.gateways[0]: expected string, got &value.valueUnstructured{Value:5}",
      ),
    ),
  ],
  [
    "a quota of the namespace",
    "Rejected",
    failedUpdate(
      notCreated(
        'virtualservices.networking.istio.io "a" is forbidden: exceeded quota: routes, requested: count/virtualservices.networking.istio.io=1, used: count/virtualservices.networking.istio.io=5, limited: count/virtualservices.networking.istio.io=5',
      ),
    ),
  ],
  [
    "a state folder that is gone",
    "BackendUnavailable",
    "error: unable to open bucket file:///var/lib/oda-api/state?no_tmp_dir=true: stat /var/lib/oda-api/state: no such file or directory",
  ],
  [
    "a bucket that cannot be read",
    "BackendUnavailable",
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, exceeded maximum number of attempts, 3, https response error StatusCode: 0, dial tcp 10.0.0.9:443: i/o timeout',
  ],
  [
    "a state that cannot be read",
    "BackendUnavailable",
    "error: failed to load checkpoint: blob (code=PermissionDenied): permission denied",
  ],
  [
    "a Pulumi Cloud out of reach",
    "BackendUnavailable",
    'error: performing HTTP request: Get "https://api.pulumi.example/api/user": dial tcp 10.0.0.9:443: connect: connection refused',
  ],
  ["a token the API server does not take", "Unauthorized", failedUpdate(notCreated("Unauthorized"))],
  [
    "a login the API server asks for",
    "Unauthorized",
    failedUpdate(notCreated("the server has asked for the client to provide credentials")),
  ],
  [
    "a full disk",
    "BackendUnavailable",
    "error: write /var/lib/oda-api/state/.pulumi/stacks/a.json: no space left on device",
  ],
  [
    "an API server that answers too late",
    "ApiServerUnavailable",
    failedUpdate(notCreated("context deadline exceeded")),
  ],
  [
    "an API server that does not answer in time",
    "ApiServerUnavailable",
    failedUpdate(notCreated("net/http: request canceled (Client.Timeout exceeded while awaiting headers)")),
  ],
];

describe("classifyOutput", () => {
  for (const [what, reason, output] of transient) {
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

  it("tells a run that was asked to stop from the errors of tries before", () => {
    const progress =
      ' +  kubernetes:networking.istio.io/v1:VirtualService a creating (3s) Retry #2; creation failed: namespaces "nowhere" not found';
    const error = classifyOutput(`${progress}\n${failedUpdate("update canceled")}`);

    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "EngineStopped");
    assert.equal(error.message, "update canceled");
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
