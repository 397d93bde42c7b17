// Where resources get their provider from.
import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import { secret as secretValue } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, preview, refresh, up } from "../support/steps";
import { configure } from "../support/surroundings";
import { serviceAccount, virtualService } from "./programs";

const explicit =
  (settings: k8s.ProviderArgs = {}): Program =>
  (place) => {
    const kubeconfig = secretValue(readFileSync(place.kubeconfig, "utf8"));
    const provider = new k8s.Provider("ours", { kubeconfig, ...settings });
    serviceAccount(place, "account", {}, { provider });
    serviceAccount(place, "by-default");
  };

const elsewhere: Program = (place) => {
  const provider = new k8s.Provider("ours", { kubeconfig: place.kubeconfig, namespace: place.namespace });
  const account = new k8s.core.v1.ServiceAccount("account", { metadata: { name: "account" } }, { provider });
  return { namespace: account.metadata.namespace };
};

const unreachable: Program = (place) => {
  const kubeconfig = readFileSync(place.kubeconfig, "utf8").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9");
  const provider = new k8s.Provider("ours", { kubeconfig });
  serviceAccount(place, "account", {}, { provider });
};

/** Goes where the settings of the stack say. */
const anywhere: Program = () => {
  const account = new k8s.core.v1.ServiceAccount("account", { metadata: { name: "account" } });
  return { namespace: account.metadata.namespace };
};

/** A kind and an object of it. */
const defining: Program = (place) => {
  const { namespace } = place;
  const group = `${namespace}.example.com`;
  const definition = new k8s.apiextensions.v1.CustomResourceDefinition("widgets", {
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
            },
          },
        },
      ],
    },
  });
  const widget = new k8s.apiextensions.CustomResource(
    "widget",
    { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "widget", namespace }, spec: { size: 3 } },
    { dependsOn: [definition] },
  );
  virtualService(place, "route", "/a");
  return { widget: widget.id };
};

export const providers: readonly Row[] = [
  {
    name: "use a provider that the program gives",
    steps: [
      up(explicit(), "create 4"),
      up(explicit({ suppressDeprecationWarnings: true }), "same 3, update 1"),
      refresh("same 4"),
    ],
  },
  {
    name: "use a provider with a namespace of its own",
    steps: [up(elsewhere, "create 3"), destroy("delete 3"), up(elsewhere, "create 3")],
  },
  {
    name: "use the provider as the settings of the stack say",
    steps: [
      configure(({ namespace }) => ({ "kubernetes:namespace": { value: namespace } })),
      up(anywhere, "create 2"),
    ],
  },
  {
    name: "fail where the cluster does not answer",
    steps: [up(unreachable, "ApiServerUnavailable")],
    takeOver: "alike",
  },
  {
    name: "define a kind and make an object of it in one run",
    steps: [preview(defining, "create 4"), up(defining, "create 4")],
  },
];
