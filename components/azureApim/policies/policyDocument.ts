// The policy of an API as a whole.
import { backendOf, hostHeaderOf } from "../backend";
import { apiIdOf, entityIdOf } from "../names";
import { element, type AzureApimArgs, type XmlElement } from "./policy";
import { gatewayResults } from ".";
import { xmlText } from "./xml";

/**
 * The policy document of an API, in the format `xml`. `base` stands for the policies of products, workspaces and the
 * service. The policy cors comes before it: where several apply, API Management takes the first.
 */
export function policyDocument(args: AzureApimArgs): string {
  const results = gatewayResults(args);
  const ofCors = results.filter(({ policy }) => policy === "CORS");
  const others = results.filter(({ policy }) => policy !== "CORS");
  const base = element("base");
  return xmlText(
    element("policies", {}, [
      element("inbound", {}, [
        ...ofCors.flatMap(({ inbound }) => inbound ?? []),
        base,
        ...others.flatMap(({ inbound }) => inbound ?? []),
        ...hostHeader(args),
        element("set-backend-service", { "backend-id": entityIdOf(apiIdOf(args.api, args.settings)) }),
      ]),
      element("backend", {}, [
        isStreamed(args) ? element("forward-request", { "buffer-response": false }) : base,
      ]),
      element("outbound", {}, [...results.flatMap(({ outbound }) => outbound ?? []), base]),
      element("on-error", {}, [base]),
    ]),
  );
}

/**
 * Whether answers are streams of events: a server of the Model Context Protocol may answer so ("Streamable HTTP"), and
 * API Management would hold them back until they end ("Configure API for server-sent events").
 */
function isStreamed({ api }: AzureApimArgs): boolean {
  return api.apiType === "mcp";
}

/** The cluster finds the API by the host name of its route, where the Backend is at another one or at an address. */
function hostHeader(args: AzureApimArgs): readonly XmlElement[] {
  const host = hostHeaderOf(args, backendOf(args));
  if (host === undefined) return [];
  return [element("set-header", { name: "Host", "exists-action": "override" }, [element("value", {}, host)])];
}
