/** What the Pulumi CLI 3.246.0 with the Kubernetes provider 4.25.0 prints when a run fails, as recorded from them. */

/** Output of an update that failed at its VirtualService with this error, which may have several lines. */
export function failedUpdate(...error: readonly [string, ...string[]]): string {
  const route = "kubernetes:networking.istio.io/v1:VirtualService";
  const [first, ...rest] = error;
  return [
    "Updating (components.a):",
    "",
    " +  pulumi:pulumi:Stack oda-api-components.a creating (0s) ",
    " +  oda-api:index:OdaApi a creating (0s) ",
    " +  oda-api:istio:IstioGateway a creating (0s) ",
    "@ updating....",
    ` +  ${route} a creating (0s) `,
    ` +  ${route} a creating (0s) error: ${first}`,
    ` +  ${route} a **creating failed** error: ${first}`,
    " +  pulumi:pulumi:Stack oda-api-components.a creating (0s) error: update failed",
    " +  oda-api:index:OdaApi a created ",
    " +  oda-api:istio:IstioGateway a created ",
    " +  pulumi:pulumi:Stack oda-api-components.a **creating failed** 1 error",
    "Diagnostics:",
    "  pulumi:pulumi:Stack (oda-api-components.a):",
    "    error: update failed",
    "",
    `  ${route} (a):`,
    `    error: ${first}`,
    ...rest.map((line) => `    ${line}`),
    "",
    "Resources:",
    "    + 3 created",
    "    2 errored",
    "",
    "Duration: 1s",
    "",
  ].join("\n");
}

/** What the provider says of a create that the API server refused. */
export function notCreated(reason: string): string {
  return `resource "urn:pulumi:components.a::oda-api::kubernetes:networking.istio.io/v1:VirtualService::a" was not successfully created by the Kubernetes API server: ${reason}`;
}

/** Lines of the API server's answer to a server-side apply that another manager's fields stand against. */
export const fieldConflict = [
  notCreated(
    "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help.",
  ),
  'The resource managed by field manager "oda-api" had an apply conflict: Apply failed with 2 conflicts: conflicts with "kubectl-edit" using networking.istio.io/v1:',
  "- .spec.hosts",
  "- .spec.http",
] as const;

/** What the API server answers to a patch of a workload that does not exist: it takes it for a create. */
export const patchedNothing =
  'Deployment.apps "a" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers: Required value]';

/** What the provider says when fields are to be given back to an object that does not exist any more. */
export const gaveBackToNothing =
  "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the `retainOnDelete` resource option, or transfer ownership of the field before deleting: spec.selector";

/** Output of a command on a stack whose lock others hold, from `backend/diy/lock.go`. */
export function locked(...holders: readonly string[]): string {
  return [
    `error: the stack is currently locked by ${holders.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.`,
    ...holders.map(
      (holder, index) =>
        `  file:///var/lib/oda-api/state/.pulumi/locks/organization/oda-api/components.a/${index}.json?no_tmp_dir=true: created by ${holder}`,
    ),
    "",
  ].join("\n");
}
