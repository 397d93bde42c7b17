// What to do about each trouble, as the end of its message. `docs/conditions.md` has the long form.

const RETRIED = "it is tried again by itself";
const PUT_BACK = "ODA_DRIFT=report leaves it: change it back, or set ODA_DRIFT=correct";

/** One clause for each reason, without a full stop. */
export const remedies = {
  ApiServerUnavailable: `if it lasts, look at the API server and the network; ${RETRIED}`,
  BackendAddressUnknown:
    "nothing, if it is new: it goes on by itself when there is an address; if it lasts, look at the controller of the " +
    "Ingress class, or at the gateway's Service",
  BackendUnavailable: `check the disk of ODA_STATE_DIR, or the credentials and the reachability of PULUMI_BACKEND_URL; ${RETRIED}`,
  ChangedElsewhere:
    "what was changed there stays: annotate the object with oda.tmforum.org/foreign-changes: overwrite, and it is written " +
    "as the spec has it",
  CrdMissing: `install the CRDs of what the kind is from: Istio, the Prometheus operator or cert-manager; ${RETRIED}`,
  DeadlineExceeded: `if the machine is overloaded, lower ODA_CONCURRENCY, else see docs/conditions.md; ${RETRIED}`,
  DocumentInvalid: "correct the document, or spec.specification; it is read again from time to time",
  DocumentUnavailable: `correct spec.specification, or make the document available where it says; ${RETRIED}`,
  Drifted: PUT_BACK,
  DriftDetected: PUT_BACK,
  EngineError: `see the watcher's log and report a bug; ${RETRIED}`,
  EngineMissing: `check PATH, PULUMI_HOME and ODA_WARM_ENGINE of the watcher; ${RETRIED}`,
  EngineStopped: `if it happens often, give the watcher more memory or lower ODA_CONCURRENCY; ${RETRIED}`,
  FieldConflict: `delete the object or the field that is named here, and it is made anew, or rename this one; ${RETRIED}`,
  Forbidden: `grant the watcher this right, see docs/operations.md#access-rights; ${RETRIED}`,
  GatewayAddressUnknown:
    "give the gateway's Service a load balancer address or spec.externalIPs, or set ODA_GATEWAY_SERVICE or " +
    "APIOPERATORISTIO_PUBLICHOSTNAME; the URL appears as soon as there is an address",
  GatewayConflict: `let the other change at the gateway end; delete there what exists already if it is nobody else's, see docs/operations.md#azure-api-management, or rename one of both; ${RETRIED}`,
  GatewayRejected: `change the spec, or the platform's settings that the gateway's words are about; ${RETRIED}`,
  GatewayUnauthorized: `give the identity of the watcher its roles at the gateway, see docs/operations.md#azure-api-management; ${RETRIED}`,
  GatewayUnavailable: `if it lasts, look at the gateway's service and the network; ${RETRIED}`,
  GatewaySettingsUnknown:
    "complete the platform file and restart the watcher; or complete the Key Vault, or give the watcher the right to read " +
    "it, and it goes on by itself",
  InvalidSpec: "correct what is named here",
  Locked: "take it out of the object, or ask the platform team to change its settings",
  MonitoringConflict:
    "a Pod can announce only one: give both the same port and path, or choose another way by the annotation oda.tmforum.org/monitoring",
  MonitoringNotSupported:
    "give the credentials to Prometheus itself, or choose another way by the annotation oda.tmforum.org/monitoring",
  NamespaceMissing: `create the namespace; if it is being deleted, nothing is to be done; ${RETRIED}`,
  NoReadyEndpoint: "check its Pods, their readiness probes, its selector and its EndpointSlices",
  NoWorkload:
    "give the Service a selector that fits the labels of the Pods; a workload that comes later is found",
  NotSupported: "callers are served without: enforce it elsewhere, or remove it from the spec",
  PathOverlap: "if that is not meant, change the path or the host name of one of them",
  PortMissing: "correct spec.port, or add the port to the Service",
  Rejected: `change the spec, or the policy or webhook that refuses it; ${RETRIED}`,
  RemovalFailed: "the finalizer keeps the object until its resources are gone",
  RouteConflict:
    "change the path or the host name of one of them, or delete one; this one is served by itself when the route is free",
  RouteContested: "nothing is wrong with this API: the other one has to take another path or host name",
  ServiceMissing: "create the Service, or correct spec.implementation",
  StackLocked: `let the other update end; if it is dead, see docs/operations.md#locks; ${RETRIED}`,
  Unauthorized: `renew the credentials of the watcher, its kubeconfig or service account; ${RETRIED}`,
  UnknownGateway: "take one of these names, or remove the annotation",
  UnknownMonitoring: "take one of these names, or remove the annotation",
  WorkloadMissing: `if it is being replaced, nothing is to be done; if it lasts, report a bug; ${RETRIED}`,
  WorkloadsUnknown:
    "grant the watcher the right, see docs/operations.md#access-rights, or choose ServiceMonitor by the annotation " +
    "oda.tmforum.org/monitoring; it goes on by itself",
  WrongPassphrase: `restore the passphrase the stack was made with, see docs/operations.md#backup-and-loss; ${RETRIED}`,
} as const;

/** In place of that of `Drifted`, for resources that are put back only after a while. */
export const recurringDriftRemedy =
  "it is put back again after a while: have whoever changes it again and again change the spec";

/** In place of that of `GatewayAddressUnknown`, where clients reach the gateway at an Ingress. */
export const ingressRemedy =
  "give it a host, or have its controller give it an address; the URL appears as soon as there is one";

/** In place of that of `GatewayAddressUnknown`, where there is no such Ingress. */
export const missingIngressRemedy =
  "create it, or correct APIG_INGRESS or the platform file and restart the watcher; the URL appears as soon as it has an address";

/** What is to be done about one of the troubles of a reason. */
interface CloserRemedy {
  readonly of: keyof typeof remedies;
  /** What the error says of it. */
  readonly said: RegExp;
  readonly remedy: string;
}

/** What is to be done about a failed run, where the words of the error say more than its reason. The first that fits. */
export const closerRemedies: readonly CloserRemedy[] = [
  {
    of: "GatewayUnauthorized",
    said: /the WhaleCloud API gateway at \S+ denied access: /,
    remedy: `requests to it have no credentials: have whoever asks for them let the watcher in, see docs/whalecloud.md; ${RETRIED}`,
  },
  {
    of: "GatewayRejected",
    said: /the WhaleCloud API gateway at \S+ refused to remove \S+: res_code /,
    remedy:
      "if the code means that it does not have the API, add it to APIG_ABSENT_CODES and restart the watcher, " +
      `see docs/whalecloud.md; ${RETRIED}`,
  },
  {
    of: "GatewayUnauthorized",
    said: /\bno identity: /,
    remedy: `give the watcher an identity with the rights on the service, see docs/operations.md#azure-api-management; ${RETRIED}`,
  },
];

/** In place of that of `MonitoringConflict`, while another API is yet to give back what it has set. */
export const keptRemedy =
  "it goes on by itself when that is given back; if it lasts, see the condition Reconciled of that API";

/** In place of that of `MonitoringNotSupported`, for a container whose name is too long. */
export const containerRemedy =
  "rename the container, or choose another way by the annotation oda.tmforum.org/monitoring";
