// Objects that others have changed or hold.
import * as k8s from "@pulumi/kubernetes";
import { type Program, type Row } from "../support/row";
import { destroy, preview, refresh, up } from "../support/steps";
import { deleted, edited, others } from "../support/surroundings";
import { configMap, configMapObject, virtualService } from "./programs";

/** One after the other, so that it is certain what has been done when one fails. */
const two: Program = (place) => {
  const route = virtualService(place, "route", "/ours");
  configMap(place, "map", { key: "ours" }, { dependsOn: [route] });
};

const theirMap = configMapObject("map", { key: "theirs", more: "theirs" });

const one: Program = (place) => {
  configMap(place, "map", { key: "ours" });
};

const patched =
  (value: string): Program =>
  ({ namespace }) => {
    const patch = new k8s.core.v1.ConfigMapPatch("patch", {
      metadata: { name: "map", namespace },
      data: { ours: value },
    });
    return { data: patch.data };
  };

const nothing: Program = () => undefined;

export const drift: readonly Row[] = [
  {
    name: "find by a refresh what was edited",
    steps: [
      up(two, "create 3"),
      edited(theirMap),
      refresh("same 2, update 1"),
      preview(two, "FieldConflict"),
      refresh("same 3"),
    ],
    takeOver: "alike",
  },
  {
    name: "find by a refresh what was deleted",
    steps: [up(two, "create 3"), deleted(theirMap), refresh("delete 1, same 2"), up(two, "create 1, same 2")],
  },
  {
    name: "put back what was edited and deleted, in one run",
    steps: [
      up(two, "create 3"),
      deleted(theirMap),
      edited({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "route", labels: { theirs: "yes" } },
        spec: { hosts: ["theirs.example.com"] },
      }),
      preview(two, "FieldConflict", { refresh: true }),
      up(two, "create 1, same 1, update 1", { refresh: true, force: true }),
    ],
  },
  {
    name: "destroy what is gone already",
    steps: [up(two, "create 3"), deleted(theirMap), destroy("delete 3")],
    takeOver: "none",
  },
  {
    name: "destroy with a refresh what is gone already",
    steps: [up(two, "create 3"), deleted(theirMap), destroy("delete 2", { refresh: true, remove: true })],
    takeOver: "none",
  },
  {
    name: "leave fields to their manager unless they are forced",
    steps: [
      others(theirMap),
      up(one, "FieldConflict"),
      up(one, "create 1, same 1", { force: true }),
      up(one, "same 2"),
    ],
  },
  {
    name: "patch an object of others and give it back",
    steps: [
      others(configMapObject("map", { theirs: "theirs" })),
      up(patched("first"), "create 2"),
      up(patched("second"), "same 1, update 1"),
      up(nothing, "delete 1, same 1"),
    ],
  },
  {
    name: "patch an object that is not there",
    steps: [up(patched("first"), "create 2")],
  },
];
