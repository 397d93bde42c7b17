import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { defaultAzureApimPart } from "../../components";
import { noRules } from "../../spec";
import { defaultDocumentLimits } from "../../stack";
import { readConfig, type WatcherConfig } from "../../watcher/config";
import { useTempDir } from "../support/tempDir";
import { complaints, whalecloud, type Environment } from "./environment";

describe("readConfig", () => {
  it("works in an empty environment, as TM Forum's Istio operator does", () => {
    assert.deepEqual(readConfig({}), {
      namespaces: ["components"],
      gateway: "istio",
      istio: { type: "istio", gateway: "component-gateway" },
      azure: { part: defaultAzureApimPart },
      whalecloud: {
        type: "whalecloud-apig",
        endpoint: "http://apig-operator-uportal.components:8080",
        mock: false,
        timeout: 30,
      },
      workload: {},
      rules: noRules,
      gatewayService: undefined,
      monitoring: "ServiceMonitor",
      drift: "correct",
      documents: defaultDocumentLimits,
      stateDir: join(homedir(), ".local", "state", "oda-api"),
      backendUrl: undefined,
      secretsProvider: undefined,
      passphraseInEnvironment: false,
      engine: "auto",
      warmEngine: undefined,
      concurrency: availableParallelism() + 1,
      runDeadline: 300_000,
      shutdownGrace: 25_000,
      listen: { host: "0.0.0.0", port: 8080 },
      logLevel: "info",
    } satisfies WatcherConfig);
  });

  const cases: readonly (readonly [string, Environment, Partial<WatcherConfig>])[] = [
    [
      "one namespace, where the WhaleCloud gateway is too",
      { COMPONENT_NAMESPACE: "oda" },
      { namespaces: ["oda"], whalecloud: whalecloud({ endpoint: "http://apig-operator-uportal.oda:8080" }) },
    ],
    [
      "several namespaces",
      { COMPONENT_NAMESPACE: " a, b ,,a" },
      {
        namespaces: ["a", "b"],
        whalecloud: whalecloud({ endpoint: "http://apig-operator-uportal.a:8080" }),
      },
    ],
    [
      "the gateway and its public host name",
      {
        ODA_GATEWAY: "istio",
        APIOPERATORISTIO_COMPONENTGATEWAY: "istio-system/public",
        APIOPERATORISTIO_PUBLICHOSTNAME: "api.example.com",
      },
      { istio: { type: "istio", gateway: "istio-system/public", publicHostname: "api.example.com" } },
    ],
    [
      "a public address",
      { APIOPERATORISTIO_PUBLICHOSTNAME: "2001:db8::1" },
      { istio: { type: "istio", gateway: "component-gateway", publicHostname: "2001:db8::1" } },
    ],
    [
      "the Service of the gateway",
      { ODA_GATEWAY_SERVICE: "istio-system/public-gateway" },
      { gatewayService: "istio-system/public-gateway" },
    ],
    ["the folder of state", { ODA_STATE_DIR: "/var/lib/oda-api" }, { stateDir: "/var/lib/oda-api" }],
    ["the folder of state by XDG", { XDG_STATE_HOME: "/state" }, { stateDir: "/state/oda-api" }],
    [
      "a backend and its secrets provider",
      { PULUMI_BACKEND_URL: "s3://bucket", ODA_SECRETS_PROVIDER: "awskms://alias/oda" },
      { backendUrl: "s3://bucket", secretsProvider: "awskms://alias/oda" },
    ],
    ["a passphrase, even an empty one", { PULUMI_CONFIG_PASSPHRASE: "" }, { passphraseInEnvironment: true }],
    ["a passphrase file", { PULUMI_CONFIG_PASSPHRASE_FILE: "/p" }, { passphraseInEnvironment: true }],
    ["which engine to use", { ODA_ENGINE: "warm" }, { engine: "warm" }],
    ["where the warm engine lies", { ODA_WARM_ENGINE: process.execPath }, { warmEngine: process.execPath }],
    [
      "Pulumi Cloud with the engine that reaches it",
      { ODA_ENGINE: "auto", PULUMI_BACKEND_URL: "https://api.pulumi.com" },
      { backendUrl: "https://api.pulumi.com" },
    ],
    ["the number of runs", { ODA_CONCURRENCY: "8" }, { concurrency: 8 }],
    ["the deadline of a run", { ODA_RUN_DEADLINE_SECONDS: "60" }, { runDeadline: 60_000 }],
    ["the grace of a shutdown", { ODA_SHUTDOWN_GRACE_SECONDS: "0" }, { shutdownGrace: 0 }],
    ["a port to listen on", { ODA_LISTEN: "9090" }, { listen: { host: "0.0.0.0", port: 9090 } }],
    ["a port after a colon", { ODA_LISTEN: ":9090" }, { listen: { host: "0.0.0.0", port: 9090 } }],
    ["an address to listen on", { ODA_LISTEN: "127.0.0.1:0" }, { listen: { host: "127.0.0.1", port: 0 } }],
    ["an IPv6 address to listen on", { ODA_LISTEN: "[::1]:8080" }, { listen: { host: "::1", port: 8080 } }],
    ["a log level by name", { LOGGING: "WARNING" }, { logLevel: "warn" }],
    ["a log level by Python's number", { LOGGING: "10" }, { logLevel: "debug" }],
    ["the default way of monitoring", { OPENMETRICS_IMPLEMENTATION: "ServiceMonitor" }, {}],
    [
      "another way of monitoring",
      { OPENMETRICS_IMPLEMENTATION: "DataDogAnnotations" },
      { monitoring: "DataDogAnnotations" },
    ],
    [
      "a way of monitoring in the singular",
      { OPENMETRICS_IMPLEMENTATION: "PrometheusAnnotation" },
      { monitoring: "PrometheusAnnotations" },
    ],
    ["what becomes of drift", { ODA_DRIFT: "report" }, { drift: "report" }],
    ["an empty variable as unset", { ODA_LISTEN: " ", LOGGING: "", XDG_STATE_HOME: "" }, {}],
  ];
  for (const [what, env, expected] of cases) {
    it(`reads ${what}`, () => {
      assert.deepEqual(readConfig(env), { ...readConfig({}), ...expected });
    });
  }

  const refused: readonly (readonly [string, string, string])[] = [
    ...[",", "Bad_NS, x", "a, b.c", "-a", "a".repeat(64), "*, Bad_NS"].map(
      (value) => ["COMPONENT_NAMESPACE", value, "names of namespaces separated by commas, or *"] as const,
    ),
    ["ODA_GATEWAY", "nginx", "one of istio, azure-apim, whalecloud-apig"],
    ["APIOPERATORISTIO_PUBLICHOSTNAME", "https://api.example.com", "a host name or an IP address"],
    ["APIOPERATORISTIO_PUBLICHOSTNAME", "API_1", "a host name or an IP address"],
    ["APIOPERATORISTIO_COMPONENTGATEWAY", "a/b/c", "the name of an Istio Gateway, or namespace/name"],
    ["APIOPERATORISTIO_COMPONENTGATEWAY", "Public", "the name of an Istio Gateway, or namespace/name"],
    ...["gateway", "a/b/c", "Istio/gateway", "a/", `a/${"b".repeat(64)}`].map(
      (value) =>
        ["ODA_GATEWAY_SERVICE", value, "the namespace and the name of a Service, as namespace/name"] as const,
    ),
    ["ODA_CONCURRENCY", "0", "an integer from 1 to 64"],
    ["ODA_CONCURRENCY", "two", "an integer from 1 to 64"],
    ["ODA_RUN_DEADLINE_SECONDS", "1.5", "an integer from 5 to 3600"],
    ["ODA_SHUTDOWN_GRACE_SECONDS", "-1", "an integer from 0 to 600"],
    ["ODA_LISTEN", "localhost", "[host:]port"],
    ["ODA_LISTEN", ":65536", "[host:]port"],
    ["LOGGING", "loud", "one of 10, 20, 30, 40, 50, debug, info, warning, warn, error"],
    [
      "OPENMETRICS_IMPLEMENTATION",
      "Nagios",
      "one of ServiceMonitor, PrometheusAnnotations, DataDogAnnotations",
    ],
    ["ODA_ENGINE", "pulumi", "one of auto, warm, cli"],
    ...["/no/such/program", "/", __filename].map(
      (value) => ["ODA_WARM_ENGINE", value, "the path of a program"] as const,
    ),
    ["ODA_DRIFT", "ignore", "one of correct, report"],
  ];
  for (const [name, value, rule] of refused) {
    it(`refuses ${name}=${value}, with the rule`, () => {
      assert.deepEqual(complaints({ [name]: value }), [`${name}: ${JSON.stringify(value)} must be ${rule}`]);
    });
  }

  for (const url of ["https://api.pulumi.com", "HTTP://pulumi.example"]) {
    it(`refuses the warm engine with the state at ${url}`, () => {
      assert.deepEqual(complaints({ ODA_ENGINE: "warm", PULUMI_BACKEND_URL: url }), [
        'ODA_ENGINE: "warm" must be auto or cli while PULUMI_BACKEND_URL is Pulumi Cloud, ' +
          "which only the Pulumi CLI works with",
      ]);
    });
  }

  describe("with a platform file", () => {
    const dir = useTempDir();
    const platformFile = (text: string) => {
      const file = join(dir(), "platform.yaml");
      writeFileSync(file, text);
      return file;
    };

    it("reads what it says of the gateway and of the policies of every API", () => {
      const file = platformFile("apiKeys: { provider: keys }\nlocked: [mtls]\n");
      const { istio, rules } = readConfig({
        ODA_PLATFORM: file,
        APIOPERATORISTIO_PUBLICHOSTNAME: "api.example.com",
      });

      assert.deepEqual(istio, {
        type: "istio",
        gateway: "component-gateway",
        publicHostname: "api.example.com",
        apiKeys: { provider: "keys" },
      });
      assert.deepEqual(rules, { ...noRules, locked: ["mtls"] });
    });

    it("refuses one that is wrong, with the variable, the file and each field", () => {
      const file = platformFile("gatewy: {}\ndefaults: { rateLimit: { limit: none } }\n");

      assert.deepEqual(complaints({ ODA_PLATFORM: file, LOGGING: "loud" }), [
        `ODA_PLATFORM: ${file}: gatewy: is not known; the keys here are gateway, jwt, apiKeys, tls, defaults, locked, azureApim, whalecloudApig`,
        `ODA_PLATFORM: ${file}: defaults.rateLimit.limit: "none" must be a positive integer`,
        'LOGGING: "loud" must be one of 10, 20, 30, 40, 50, debug, info, warning, warn, error',
      ]);
    });

    it("refuses one that cannot be read", () => {
      const file = join(dir(), "missing.yaml");
      assert.deepEqual(complaints({ ODA_PLATFORM: file }), [
        `ODA_PLATFORM: ${file}: cannot be read (ENOENT)`,
      ]);
    });
  });

  it("takes the hosts that documents may be fetched from, and whether loopback is among them", () => {
    const { documents } = readConfig({
      ODA_DOCUMENT_HOSTS: "specs.example.com, *.svc.cluster.local,10.0.0.1",
      ODA_DOCUMENT_LOOPBACK: "true",
    });
    assert.deepEqual(documents.hosts, ["specs.example.com", "*.svc.cluster.local", "10.0.0.1"]);
    assert.equal(documents.allowLoopback, true);
    assert.equal(readConfig({}).documents.hosts, undefined);
    assert.equal(readConfig({}).documents.allowLoopback, false);
    assert.deepEqual(complaints({ ODA_DOCUMENT_HOSTS: "https://specs.example.com" }), [
      'ODA_DOCUMENT_HOSTS: "https://specs.example.com" must be DNS names, *. and a DNS name, or IP addresses, separated by commas',
    ]);
  });

  it("tells everything that is wrong at once", () => {
    assert.deepEqual(
      complaints({ ODA_GATEWAY: "nginx", LOGGING: "loud", ODA_LISTEN: "x" }).map(
        (line) => line.split(":")[0],
      ),
      ["ODA_GATEWAY", "ODA_LISTEN", "LOGGING"],
    );
  });
});
