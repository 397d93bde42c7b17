// Stacks that come, change and go.
import { getOrganization, getProject, getStack } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, exportState, outputs, preview, up } from "../support/steps";
import { init, initWithUnknownSecrets, remove, select } from "../support/surroundings";
import { configMap, secret, serviceAccount, virtualService } from "./programs";

const several: Program = (place) => {
  const map = configMap(place, "map", { color: "blue", empty: "" });
  secret(place, "secret", { password: "swordfish" });
  serviceAccount(place, "account");
  const route = virtualService(
    place,
    "route",
    map.data["color"]!.apply((color) => `/${color}`),
  );
  return { map: map.metadata, route: route.id, list: [1, true, null, "text"] };
};

const changed: Program = (place) => {
  configMap(place, "map", { color: "blue", empty: "" });
  serviceAccount(place, "account", { tier: "gold" });
  const route = virtualService(place, "route", "/green");
  return { route: route.id };
};

const nothing: Program = () => undefined;

const names: Program = () => ({
  organization: getOrganization(),
  project: getProject(),
  stack: getStack(),
});

export const lifecycle: readonly Row[] = [
  {
    name: "create resources of several kinds",
    steps: [
      preview(several, "create 5"),
      up(several, "create 5"),
      up(several, "same 5"),
      outputs(),
      exportState(),
    ],
  },
  {
    name: "change what changed and delete what is gone",
    steps: [
      up(several, "create 5"),
      preview(changed, "delete 1, same 2, update 2"),
      up(changed, "delete 1, same 2, update 2"),
    ],
  },
  {
    name: "delete all that a program declares no longer",
    steps: [up(several, "create 5"), up(nothing, "delete 4, same 1")],
  },
  {
    name: "run a program that declares nothing",
    steps: [up(names, "create 1"), up(nothing, "same 1"), outputs(), exportState()],
  },
  {
    name: "destroy a stack and keep it",
    steps: [up(several, "create 5"), destroy("delete 5"), destroy("done"), exportState()],
    takeOver: "none",
  },
  {
    name: "destroy a stack and remove it",
    steps: [up(several, "create 5"), destroy("delete 5", { remove: true }), select("StackMissing")],
    takeOver: "none",
  },
  {
    name: "know which stacks there are",
    steps: [
      select("StackMissing"),
      up(nothing, "StackMissing"),
      preview(nothing, "StackMissing"),
      destroy("StackMissing"),
      initWithUnknownSecrets("EngineError"),
      select("StackMissing"),
      init(),
      init("StackExists"),
      select(),
      outputs(),
      exportState(),
      remove(),
      select("StackMissing"),
      remove("StackMissing"),
    ],
    created: false,
    takeOver: "none",
  },
  {
    name: "refuse to remove a stack that has resources",
    steps: [up(several, "create 5"), remove("EngineError")],
  },
];
