// The policy validate-content: which bodies are compared with the schemas of the document.
import { type DocumentContents } from "../../gateway";
import { element, type AzureApimArgs, type XmlElement } from "./policy";

/** Those of which API Management compares bodies with JSON schemas. Nothing in it is active in a policy document. */
const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json$/;

/** The types of JSON where those of the document are not known. */
const USUAL_TYPES = ["application/json", "application/merge-patch+json"];

/** Media types that are named in a message; more are counted. */
const MAX_NAMED = 5;

/** What becomes of a body that is not as the policy says, by where it comes from. */
const ACTIONS = {
  /** One that is too large to be checked is refused, or a large body would be the way around the check. */
  requests: { unspecified: "prevent", tooLarge: "prevent" },
  /**
   * One that is too large goes on, and so does one of a type that the document has not: an answer that is not of the
   * implementation, such as that of a proxy while no Pod is there, would become a 502 that tells nobody what is wrong.
   */
  responses: { unspecified: "detect", tooLarge: "detect" },
} as const;

/**
 * Each type of JSON that the document has is listed: a type that the document has and the policy has not is neither
 * compared nor refused ("validate-content", attribute `type`).
 */
export function contentCheck({ settings, context }: AzureApimArgs, of: keyof typeof ACTIONS): XmlElement {
  const types = context?.document?.contents?.bodyTypes.filter((type) => JSON_TYPE.test(type)) ?? USUAL_TYPES;
  return element(
    "validate-content",
    {
      "unspecified-content-type-action": ACTIONS[of].unspecified,
      "max-size": settings.maxValidatedBytes,
      "size-exceeded-action": ACTIONS[of].tooLarge,
    },
    types.map((type) => element("content", { type, "validate-as": "json", action: "prevent" })),
  );
}

/** What of the bodies that a document describes is not compared with it, as ends of a sentence. */
export function uncompared({ bodyTypes, cut }: DocumentContents): readonly string[] {
  const others = bodyTypes.filter((type) => !JSON_TYPE.test(type));
  return [
    ...(others.length === 0 ? [] : [`bodies that are no JSON (${namesOf(others)})`]),
    ...(cut ? ["what is inside schemas that contain themselves, where API Management takes any value"] : []),
  ];
}

function namesOf(types: readonly string[]): string {
  const named = types.slice(0, MAX_NAMED).join(", ");
  return types.length > MAX_NAMED ? `${named} and ${types.length - MAX_NAMED} more` : named;
}
