// Resources that take the place of others.
import * as k8s from "@pulumi/kubernetes";
import { type Program, type Row } from "../support/row";
import { preview, up } from "../support/steps";
import { configMap, secret, serviceAccount } from "./programs";

const namedByTheEngine =
  (type: string): Program =>
  ({ namespace }) => {
    const made = new k8s.core.v1.Secret("secret", { metadata: { namespace }, type, stringData: { a: "b" } });
    return { name: made.metadata.name };
  };

const ofType =
  (type: string): Program =>
  (place) => {
    const made = secret(place, "secret", { type, a: "b" });
    return { type: made.type };
  };

const named =
  (name: string): Program =>
  ({ namespace }) => {
    const account = new k8s.core.v1.ServiceAccount("account", { metadata: { name, namespace } });
    return { id: account.id };
  };

/** The second uses the first, and cannot be there twice. */
const depended =
  (value: string): Program =>
  (place) => {
    const first = configMap(place, "first", { value }, { deleteBeforeReplace: true });
    configMap(place, "second", { first: first.data["value"]! }, { dependsOn: [first] });
    serviceAccount(place, "bystander");
  };

const onChange =
  (tier: string): Program =>
  ({ namespace }) => {
    const options = { replaceOnChanges: ["metadata.labels"] };
    new k8s.core.v1.ServiceAccount("account", { metadata: { namespace, labels: { tier } } }, options);
  };

export const replacement: readonly Row[] = [
  {
    name: "replace a resource that the engine has named",
    steps: [
      up(namedByTheEngine("Opaque"), "create 2"),
      preview(namedByTheEngine("example.com/other"), "replace 1, same 1"),
      up(namedByTheEngine("example.com/other"), "replace 1, same 1"),
    ],
  },
  {
    name: "replace a resource whose immutable field changes",
    steps: [
      up(ofType("Opaque"), "create 2"),
      // The provider tries the creation while the predecessor is still there.
      preview(ofType("example.com/other"), "FieldConflict"),
      up(ofType("example.com/other"), "replace 1, same 1", { ordered: true }),
    ],
  },
  {
    name: "replace a resource whose name changes",
    steps: [up(named("old"), "create 2"), up(named("new"), "replace 1, same 1", { ordered: true })],
  },
  {
    name: "delete before they replace, and what depends on it too",
    steps: [up(depended("old"), "create 4"), up(depended("new"), "replace 2, same 2", { ordered: true })],
  },
  {
    name: "replace a resource on a change that the program says",
    steps: [up(onChange("gold"), "create 2"), up(onChange("silver"), "replace 1, same 1", { ordered: true })],
  },
];
