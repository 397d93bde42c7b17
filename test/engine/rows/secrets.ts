// Secrets of programs, of settings and of states.
import { Config, secret as secretValue } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { exportState, outputs, preview, refresh, up } from "../support/steps";
import { configure, otherPassphrase, withoutSettings } from "../support/surroundings";
import { configMap, secret } from "./programs";

const giving =
  (word: string): Program =>
  (place) => {
    const word1 = secretValue(word);
    const made = secret(place, "secret", { password: word1 });
    const map = configMap(place, "map", { key: "plain" }, { additionalSecretOutputs: ["data"] });
    return {
      word: word1,
      nested: { plain: "plain", hidden: [word1] },
      labels: made.metadata.labels,
      data: map.data,
    };
  };

const configured: Program = (place) => {
  const config = new Config();
  const password = config.requireSecret("password");
  configMap(place, "map", {
    plain: config.require("plain"),
    list: config.requireObject<string[]>("list").join(),
  });
  secret(place, "secret", { password });
  return { password, known: password.apply((word) => word.length) };
};

const missing: Program = () => ({ word: new Config().require("absent") });

const values = {
  plain: { value: "plain" },
  password: { value: "swordfish", secret: true },
  list: { value: '["a","b"]' },
};

export const secrets: readonly Row[] = [
  {
    name: "keep secret outputs secret",
    steps: [
      preview(giving("swordfish"), "create 3"),
      up(giving("swordfish"), "create 3"),
      outputs(),
      exportState(),
      up(giving("mackerel"), "replace 1, same 2"),
      refresh("same 3"),
    ],
  },
  {
    name: "read secret settings of a stack",
    steps: [
      configure(values),
      up(configured, "create 3"),
      outputs(),
      configure({ password: { value: "mackerel", secret: true } }),
      up(configured, "replace 1, same 2"),
    ],
  },
  {
    name: "fail at a setting that is missing",
    steps: [up(missing, "EngineError")],
    takeOver: "alike",
  },
  {
    name: "go on with a stack whose settings are lost",
    steps: [
      up(giving("swordfish"), "create 3"),
      withoutSettings(),
      preview(giving("swordfish"), "same 3"),
      up(giving("mackerel"), "replace 1, same 2"),
      refresh("same 3"),
      outputs(),
    ],
  },
  {
    name: "refuse a stack that another passphrase keeps",
    steps: [
      otherPassphrase(giving("swordfish")),
      preview(giving("swordfish"), "WrongPassphrase"),
      up(giving("swordfish"), "WrongPassphrase"),
      refresh("WrongPassphrase"),
      outputs("WrongPassphrase"),
    ],
    created: false,
    takeOver: "none",
  },
];
