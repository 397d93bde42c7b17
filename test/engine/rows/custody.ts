// How far a resource is the stack's to change and to delete.
import * as k8s from "@pulumi/kubernetes";
import { type CustomResourceOptions } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, up } from "../support/steps";
import { configMap, serviceAccount } from "./programs";

const account =
  (tier: string, options: CustomResourceOptions = {}): Program =>
  (place) => {
    const made = serviceAccount(place, "account", { tier }, options);
    return { labels: made.metadata.labels };
  };

const ignoring: CustomResourceOptions = { ignoreChanges: ["metadata.labels"] };
const retained: CustomResourceOptions = { retainOnDelete: true };
const protectedly: CustomResourceOptions = { protect: true };
const patient: CustomResourceOptions = { customTimeouts: { create: "1m", update: "2m", delete: "3m" } };

const nothing: Program = () => undefined;

/** What is in a namespace goes with it. */
const inNamespace: Program = ({ namespace }) => {
  const name = `${namespace}-inner`;
  const inner = new k8s.core.v1.Namespace("inner", { metadata: { name } });
  const place = { namespace: name, kubeconfig: "" };
  configMap(place, "map", { key: "value" }, { deletedWith: inner, dependsOn: [inner] });
};

export const custody: readonly Row[] = [
  {
    name: "ignore changes of a field",
    steps: [up(account("gold", ignoring), "create 2"), up(account("silver", ignoring), "same 2")],
  },
  {
    name: "retain an object whose resource is deleted",
    steps: [up(account("gold", retained), "create 2"), up(nothing, "delete 1, same 1")],
  },
  {
    name: "retain an object whose stack is destroyed",
    steps: [up(account("gold", retained), "create 2"), destroy("delete 2", { remove: true })],
    takeOver: "none",
  },
  {
    name: "refuse to delete what is protected",
    steps: [
      up(account("gold", protectedly), "create 2"),
      up(nothing, "EngineError"),
      destroy("EngineError"),
      up(account("gold", { protect: false }), "same 2"),
      destroy("delete 2"),
    ],
    takeOver: "none",
  },
  {
    name: "leave the deletion of a resource to that of another",
    steps: [up(inNamespace, "create 3"), up(nothing, "delete 2, same 1")],
  },
  {
    name: "keep custom timeouts",
    steps: [up(account("gold", patient), "create 2"), up(account("silver", patient), "same 1, update 1")],
  },
];
