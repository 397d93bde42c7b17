// Which resource of the program is which of the state, and which object of the cluster.
import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type CustomResourceOptions } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, preview, refresh, up } from "../support/steps";
import { others } from "../support/surroundings";
import { configMapObject, serviceAccount } from "./programs";

const known =
  (logicalName: string, options: CustomResourceOptions = {}): Program =>
  ({ namespace }) => {
    const metadata = { name: "account", namespace };
    const account = new k8s.core.v1.ServiceAccount(logicalName, { metadata }, options);
    return { urn: account.urn };
  };

const inGroup =
  (name: string, aliases: readonly string[] = []): Program =>
  (place) => {
    const group = new ComponentResource(
      "conformance:index:Group",
      name,
      {},
      { aliases: [...aliases].map((alias) => ({ name: alias })) },
    );
    serviceAccount(place, "account", {}, { parent: group });
  };

const imported =
  (labels: Record<string, string> = {}): Program =>
  (place) => {
    const account = serviceAccount(place, "found", labels, { import: `${place.namespace}/found` });
    return { id: account.id };
  };

const afterwards: Program = (place) => {
  const account = serviceAccount(place, "found", { tier: "gold" });
  return { id: account.id };
};

const read: Program = ({ namespace }) => {
  const map = k8s.core.v1.ConfigMap.get("read", `${namespace}/found`);
  return { data: map.data };
};

const foundMap = configMapObject("found", { key: "theirs" });
const foundAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "found" } };

export const identity: readonly Row[] = [
  {
    name: "rename a resource by an alias",
    steps: [
      up(known("old"), "create 2"),
      up(known("new", { aliases: [{ name: "old" }] }), "same 2"),
      up(known("new"), "same 2"),
    ],
  },
  {
    name: "rename a component by an alias, with its children",
    steps: [up(inGroup("old"), "create 3"), up(inGroup("new", ["old"]), "same 3")],
  },
  {
    name: "take a renamed resource without an alias for another",
    steps: [up(known("old"), "create 2"), up(known("new"), "create 1, delete 1, same 1")],
    // Both are the same object, and the one that is deleted takes it along.
    takeOver: "alike",
  },
  {
    name: "import an object",
    steps: [
      others(foundAccount),
      preview(imported(), "create 1, import 1"),
      up(imported(), "create 1, import 1"),
      up(afterwards, "same 1, update 1"),
      refresh("same 2"),
    ],
  },
  {
    name: "fail at importing what is not there, and change what they import",
    steps: [
      up(imported(), "EngineError"),
      others(foundAccount),
      preview(imported({ tier: "gold" }), "import 1, same 1, update 1"),
      up(imported({ tier: "gold" }), "import 1, same 1, update 1"),
    ],
    takeOver: "alike",
  },
  {
    name: "read an object of others",
    steps: [
      others(foundMap),
      up(read, "create 1"),
      up(read, "read 1, same 1"),
      refresh("same 2"),
      destroy("delete 1, discard 1"),
    ],
    takeOver: "none",
  },
  {
    name: "fail at reading what is not there",
    steps: [up(read, "EngineError")],
    takeOver: "alike",
  },
];
