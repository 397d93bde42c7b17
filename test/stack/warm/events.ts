import { type DiagnosticEvent, type EngineEvent } from "@pulumi/pulumi/automation";

export const ROUTE =
  "urn:pulumi:components.a::oda-api::oda-api:index:OdaApi$kubernetes:networking.istio.io/v1:VirtualService::a";

/** Prefixes of the engine's own, in its colours. */
const prefixes = {
  error: "<{%fg 1%}>error: <{%reset%}>",
  warning: "<{%fg 5%}>warning: <{%reset%}>",
  info: "",
  debug: "debug: ",
} as const;

/** A message as the engine sends it. */
export function diagnostic(
  severity: keyof typeof prefixes,
  message: string,
  more: Partial<DiagnosticEvent> = {},
): EngineEvent {
  return {
    sequence: 1,
    timestamp: 1,
    diagnosticEvent: {
      prefix: prefixes[severity],
      message: `<{%reset%}>${message}<{%reset%}>\n`,
      color: "raw",
      severity: severity as DiagnosticEvent["severity"],
      ...more,
    },
  };
}
