// Programs that fail, and resources that the API server refuses.
import * as k8s from "@pulumi/kubernetes";
import { log, ResourceError, RunError } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { preview, stopped, up } from "../support/steps";
import { configMap, serviceAccount, virtualService } from "./programs";

const REFUSED = "Not-A-Name";

/** One after the other, so that it is certain what has been done when it fails. */
const oneRefused: Program = (place) => {
  const good = serviceAccount(place, "good");
  const refused = serviceAccount(place, REFUSED, {}, { dependsOn: [good] });
  serviceAccount(place, "after", {}, { dependsOn: [refused] });
  return { refused: refused.metadata.name };
};

const goodOnly: Program = (place) => {
  serviceAccount(place, "good");
};

const accepted: Program = (place) => {
  virtualService(place, "route", "/a");
};

/** `hosts` of a VirtualService is a list. */
const refusedLater: Program = ({ namespace }) => {
  new k8s.apiextensions.CustomResource("route", {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "route", namespace },
    spec: { hosts: "api.example.com" },
  });
};

const homeless: Program = () => {
  configMap({ namespace: "nowhere", kubeconfig: "" }, "map");
};

/** Waits until the resource is there: it would be a matter of chance how far it comes. */
const throwing =
  (error: () => Error): Program =>
  async (place) => {
    await there(serviceAccount(place, "account"));
    throw error();
  };

const throwingAtOnce: Program = () => {
  throw new Error("no program");
};

const rejecting: Program = async (place) => {
  await there(serviceAccount(place, "account"));
  void Promise.reject(new Error("nobody waits"));
};

const throwingAtValue: Program = (place) => {
  const account = serviceAccount(place, "account");
  const { labels } = account.metadata;
  return {
    never: account.id.apply(() => {
      throw new Error("not applicable");
    }),
    labels,
  };
};

const twice: Program = (place) => {
  const account = serviceAccount(place, "account");
  serviceAccount(place, "account", {}, { dependsOn: [account] });
};

function there({ urn }: k8s.core.v1.ServiceAccount): Promise<void> {
  return new Promise((resolve) => {
    urn.apply(() => {
      resolve();
    });
  });
}

const logging: Program = async (place) => {
  const account = serviceAccount(place, "account");
  await there(account);
  await log.info("for your information");
  await log.info("about the account", account);
  await log.warn("several\nlines");
  await log.debug("not shown");
};

const loggingAnError: Program = async (place) => {
  await there(serviceAccount(place, "account"));
  await log.error("so to speak");
};

export const failures: readonly Row[] = [
  {
    name: "do the others when the API server refuses one",
    steps: [
      preview(oneRefused, "Rejected"),
      up(oneRefused, "Rejected"),
      up(oneRefused, "Rejected"),
      up(goodOnly, "same 2"),
    ],
  },
  {
    name: "keep what was when an update is refused",
    steps: [up(accepted, "create 2"), up(refusedLater, "Rejected"), up(accepted, "same 1, update 1")],
  },
  {
    name: "fail with a program that throws",
    steps: [
      preview(throwingAtOnce, "EngineError"),
      up(throwingAtOnce, "EngineError"),
      preview(
        throwing(() => new Error("too late")),
        "EngineError",
      ),
      up(
        throwing(() => new Error("too late")),
        "EngineError",
      ),
      up(
        throwing(() => new RunError("no run")),
        "EngineError",
      ),
      up(
        throwing(() => new ResourceError("no resource", undefined)),
        "EngineError",
      ),
    ],
    takeOver: "alike",
  },
  {
    name: "fail with a program that rejects where nobody waits",
    steps: [up(rejecting, "EngineError")],
    takeOver: "alike",
  },
  {
    name: "fail with a program that throws at a value",
    steps: [up(throwingAtValue, "EngineError")],
    takeOver: "alike",
  },
  {
    name: "fail with a program that declares a resource twice",
    steps: [up(twice, "EngineError")],
    takeOver: "alike",
  },
  {
    name: "tell what a program logs",
    steps: [preview(logging, "create 2"), up(logging, "create 2")],
  },
  {
    name: "fail with a program that logs an error",
    steps: [up(loggingAnError, "EngineError")],
    takeOver: "alike",
  },
  {
    name: "stop a run that waits for a namespace",
    steps: [stopped(homeless, "ConfigMap", "EngineStopped")],
    takeOver: "none",
  },
];
