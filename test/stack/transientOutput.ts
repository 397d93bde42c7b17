/** Failures that may pass by themselves, in the words of the CLI, its backends, the provider and the API server. */
import { type TransientReason } from "../../stack";
import { failedUpdate, fieldConflict, gaveBackToNothing, notCreated, patchedNothing } from "./engineOutput";

const REFUSED =
  'Get "https://127.0.0.1:6443/openapi/v2?timeout=32s": dial tcp 127.0.0.1:6443: connect: connection refused';

/** What failed, the reason it is to be given, and the engine's output. */
export const transient: readonly (readonly [string, TransientReason, string])[] = [
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
  ["a patch of a workload that does not exist", "WorkloadMissing", failedUpdate(notCreated(patchedNothing))],
  [
    "a change of a patch whose workload is gone",
    "WorkloadMissing",
    failedUpdate(
      'update of resource "urn:pulumi:components.a::oda-api::kubernetes:apps/v1:StatefulSetPatch::a" failed: statefulsets.apps "a" not found unable to get cluster state: statefulsets.apps "a" not found',
    ),
  ],
  ["fields given back to a workload that is gone", "WorkloadMissing", failedUpdate(gaveBackToNothing)],
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
    "a container of Azure Storage that may not be listed",
    "BackendUnavailable",
    "error: could not list bucket: blob (code=Unknown): GET https://acct.blob.core.windows.net/state\n--------\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthorizationPermissionMismatch",
  ],
  [
    "a state in Azure Storage that is away",
    "BackendUnavailable",
    'error: failed to load checkpoint: blob (key ".pulumi/stacks/a.json") (code=Unknown): GET https://acct.blob.core.windows.net/state/a.json\n--------\nRESPONSE 503: 503 Server Busy',
  ],
  [
    "a state in Azure Storage without an identity for it",
    "BackendUnavailable",
    "error: could not list bucket: DefaultAzureCredential: failed to acquire a token.",
  ],
  [
    "an etcd whose answer comes too late",
    "ApiServerUnavailable",
    failedUpdate(notCreated("etcdserver: request timed out: operation timed out")),
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
  [
    "an API server that has lost its etcd",
    "ApiServerUnavailable",
    failedUpdate(notCreated("rpc error: code = Unavailable desc = error reading from server: EOF")),
  ],
  ["a provider that ended during the run", "EngineStopped", failedUpdate("error reading from server: EOF")],
  [
    "a provider that ended before it was asked",
    "EngineStopped",
    failedUpdate(
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:40001: connect: connection refused"',
    ),
  ],
  [
    "a provider that ended as it started",
    "EngineStopped",
    failedUpdate(
      "failed to load plugin /plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes: could not read plugin [/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes]: EOF",
    ),
  ],
  [
    "a provider that ended as it was asked",
    "EngineStopped",
    failedUpdate("rpc error: code = Unavailable desc = transport is closing"),
  ],
  [
    "a run that was asked to stop while it waited for a resource",
    "EngineStopped",
    failedUpdate(
      "1 error occurred:",
      '\t* resource "urn:pulumi:components.a::oda-api::kubernetes:core/v1:Pod::a" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: Resource operation was cancelled for "a"',
    ),
  ],
  [
    "a call to a provider that was cut off when the run was to stop",
    "EngineStopped",
    failedUpdate(
      'Patch "https://127.0.0.1:6443/api/v1/namespaces/components/configmaps/a?fieldManager=oda-api": context canceled',
    ),
  ],
];
