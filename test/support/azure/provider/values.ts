/** Values between the engine and the provider: plain JSON, with a sign for what is not known yet. */
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isDeepStrictEqual } from "node:util";
import { type Values } from "./kinds";

/** The sign of a string that is not known yet. */
export const UNKNOWN = unknownValue;

/** The values of a message; null is left out, as azure-native does it. */
export function valuesOf(struct: Struct | undefined): Values {
  const values = (struct?.toJavaScript() ?? {}) as Values;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

export function structOf(values: Values): Struct {
  return Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}

/** Names of the values that differ. */
export function changed(before: Values, after: Values): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}
