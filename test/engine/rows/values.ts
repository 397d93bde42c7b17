// Values that are hard to write down, and many at a time.
import { asset, output, secret as secretValue } from "@pulumi/pulumi";
import { type Program, type Row } from "../support/row";
import { destroy, exportState, outputs, preview, up } from "../support/steps";
import { configMap, secret } from "./programs";

const texts = {
  markup: '<a href="?b=1&c=2">\u2028</a>',
  umlauts: "Grüße, Ω, 漢字, 🦊",
  lines: "one\n\ttwo\r\n",
  template: "${not} {{a}} %s template",
  empty: "",
};

const everyKind: Program = (place) => {
  const map = configMap(place, "map", texts);
  secret(place, "secret", texts);
  return {
    ...texts,
    numbers: [0, -1, 0.1, 1e21, 9_007_199_254_740_991, 123_456_789.123],
    none: [null, undefined, [], {}],
    yes: true,
    map: map.data,
    hidden: secretValue({ ...texts, deep: [secretValue("deeper")] }),
    assets: [new asset.StringAsset("text"), new asset.AssetArchive({ a: new asset.StringAsset("<b>") })],
    promised: Promise.resolve(output({ a: output("b") })),
  };
};

const many: Program = (place) => {
  const names = Array.from({ length: 40 }, (_, index) => `map-${index}`);
  const maps = names.map((name) => configMap(place, name, { text: name.repeat(1000) }));
  return { ids: maps.map(({ id }) => id) };
};

export const values: readonly Row[] = [
  {
    name: "keep values of every kind",
    steps: [preview(everyKind, "create 3"), up(everyKind, "create 3"), outputs(), exportState()],
  },
  {
    name: "work on many resources at a time",
    steps: [up(many, "create 41"), destroy("delete 41")],
    takeOver: "none",
  },
];
