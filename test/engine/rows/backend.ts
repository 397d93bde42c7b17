// Locks, states that were cut off, and stacks that refer to each other.
import { StackReference, getProject } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, overlapping, preview, refresh, up } from "../support/steps";
import { cancel, cutOff, locked, locks, otherStack } from "../support/surroundings";
import { serviceAccount, virtualService } from "./programs";

const one: Program = (place) => {
  serviceAccount(place, "account");
};

const two: Program = (place) => {
  serviceAccount(place, "account");
  virtualService(place, "route", "/a");
};

const referred: Program = () => ({ color: "blue", list: [1, 2] });

const referring: Program = (place) => {
  const reference = new StackReference(`organization/${getProject()}/other`);
  const color = reference.requireOutput("color").apply(String);
  serviceAccount(place, "account", { color });
  return { color, all: reference.outputs };
};

const referringToNothing: Program = () => {
  const reference = new StackReference(`organization/${getProject()}/nowhere`);
  return { outputs: reference.outputs };
};

export const backend: readonly Row[] = [
  {
    name: "refuse a stack that somebody else holds, until its lock is released",
    steps: [
      up(one, "create 2"),
      locked(),
      preview(one, "same 2"),
      up(two, "StackLockedError"),
      refresh("StackLockedError"),
      destroy("StackLockedError"),
      cancel(),
      locks("0"),
      up(two, "create 1, same 2"),
      cancel(),
    ],
  },
  {
    name: "refuse a second run of a stack while one is under way",
    steps: [overlapping(one, ["create 2", "StackLockedError"]), up(one, "same 2")],
  },
  {
    name: "tell of operations that were cut off",
    steps: [up(one, "create 2"), cutOff("ServiceAccount", "account"), up(one, "same 2"), refresh("same 2")],
  },
  {
    name: "read the outputs of another stack",
    steps: [otherStack("other", referred), up(referring, "create 2")],
  },
  {
    name: "fail at the outputs of a stack that does not exist",
    steps: [up(referringToNothing, "EngineError")],
    takeOver: "alike",
  },
];
