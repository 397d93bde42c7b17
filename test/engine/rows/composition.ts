// Resources that belong together: dependencies, components, transformations.
import {
  ComponentResource,
  type ComponentResourceOptions,
  type ResourceTransform,
  type ResourceTransformation,
} from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { type Place, type Program, type Row } from "../support/row";
import { destroy, preview, up } from "../support/steps";
import { configMap, secret, serviceAccount } from "./programs";

const chain: Program = (place) => {
  const first = configMap(place, "first");
  const second = configMap(place, "second", { key: "value" }, { dependsOn: [first] });
  serviceAccount(place, "third", { second: second.metadata.name });
};

class Pair extends ComponentResource {
  constructor(
    place: Place,
    name: string,
    labels: Record<string, string>,
    options?: ComponentResourceOptions,
  ) {
    super("conformance:index:Pair", name, { labels }, options);
    const map = configMap(place, `${name}-map`, {}, { parent: this });
    const account = serviceAccount(place, `${name}-account`, labels, { parent: this });
    this.registerOutputs({ map: map.metadata.name, account: account.metadata.name });
  }
}

const pairs =
  (tier: string, ...names: readonly string[]): Program =>
  (place) => {
    const made = names.map((name) => new Pair(place, name, { tier }));
    new Pair(place, "inner", { tier: "fixed" }, { parent: made[0]!, dependsOn: made.slice(1) });
    return { urns: made.map(({ urn }) => urn) };
  };

interface Labelled {
  readonly metadata: object;
}

const labelled = (props: object): object => {
  const { metadata } = props as Labelled;
  return { ...props, metadata: { ...metadata, labels: { tier: "transformed" } } };
};

const transformed: Program = (place) => {
  const transformation: ResourceTransformation = ({ type, props, opts }) =>
    type.endsWith(":ServiceAccount") ? { props: labelled(props), opts } : undefined;
  const transform: ResourceTransform = ({ type, props, opts }) =>
    type.endsWith(":ServiceAccount") ? { props: labelled(props), opts } : undefined;
  new Pair(place, "old", {}, { transformations: [transformation] });
  new Pair(place, "new", {}, { transforms: [transform] });
};

/** The provider itself makes the children of this component. */
const manifests =
  (color: string): Program =>
  ({ namespace }) => {
    const objects = ["first", "second"].map((name) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, labels: { color } },
    }));
    new k8s.yaml.v2.ConfigGroup("group", { objs: objects });
  };

const invoking: Program = (place) => {
  const { namespace } = place;
  secret(place, "given", { password: "swordfish" });
  const yaml = `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: decoded, namespace: ${namespace} }\n`;
  new k8s.yaml.ConfigGroup("decoded", { yaml });
};

export const composition: readonly Row[] = [
  {
    name: "keep the order of what depends on each other",
    steps: [up(chain, "create 4", { ordered: true }), destroy("delete 4")],
    takeOver: "none",
  },
  {
    name: "make components with children",
    steps: [up(pairs("gold", "a", "b"), "create 10"), up(pairs("silver", "a"), "delete 3, same 5, update 2")],
  },
  {
    name: "apply transformations, of both kinds",
    steps: [up(transformed, "create 7")],
  },
  {
    name: "make components that the provider fills",
    steps: [up(manifests("blue"), "create 4"), up(manifests("green"), "same 2, update 2")],
  },
  {
    name: "ask the provider to decode manifests",
    steps: [up(invoking, "create 4"), preview(invoking, "same 4")],
  },
];
