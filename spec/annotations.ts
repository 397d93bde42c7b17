/** Policies that an object asks for by annotation, where TM Forum's CRD has no field. */
import { CIDR } from "./cidr";
import { type Field } from "./field";
import {
  JWT_ANNOTATION,
  MTLS_ANNOTATION,
  type MtlsMode,
  NETWORK_POLICY_ANNOTATION,
  type NetworkAccess,
} from "./model";
import { type TextRule } from "./names";
import { type PlatformRules } from "./platform";

const LIST: TextRule = {
  accepts: (text) => text.length <= 4096 && !/\p{Cc}/u.test(text),
  rule: "must be at most 4096 characters, none of them a control character",
};

const BLOCK: TextRule = { accepts: CIDR.accepts, rule: `${CIDR.rule}; or none or gateway alone` };

/** The place of one annotation, without white space around its value. */
export function annotationOf(metadata: Field, name: string): Field {
  return metadata.get("annotations").get(name, `["${name}"]`).trimmed();
}

/**
 * Reads `oda.tmforum.org/jwt`: `none`, or names of providers with commas between them.
 *
 * @returns names of providers, sorted, each once; wrong ones too, whose error is noted
 */
export function readJwt(metadata: Field, { defaults, jwtProviders }: PlatformRules): readonly string[] {
  const annotation = annotationOf(metadata, JWT_ANNOTATION);
  if (!annotation.isSet) return sorted(defaults.jwt ?? []);
  const text = annotation.text(LIST);
  if (text === undefined || text === "none") return [];
  return sorted(
    items(annotation).map((item) => {
      const name = String(item.value);
      if (!jwtProviders.includes(name)) item.fail(providerRule(jwtProviders));
      return name;
    }),
  );
}

function providerRule(names: readonly string[]): string {
  if (names.length === 0) return "must be none: the platform has no JWT provider";
  return `must be the name of a JWT provider of the platform (${names.join(", ")}), or none alone`;
}

/** Reads `oda.tmforum.org/mtls`: `none`, `permissive` or `strict`. */
export function readMtls(metadata: Field, { defaults }: PlatformRules): MtlsMode | undefined {
  const annotation = annotationOf(metadata, MTLS_ANNOTATION);
  if (!annotation.isSet) return defaults.mtls;
  const mode = annotation.oneOf(["none", "permissive", "strict"]);
  return mode === "none" ? undefined : mode;
}

/** Reads `oda.tmforum.org/network-policy`: `none`, `gateway`, or CIDRs with commas between them. */
export function readNetworkPolicy(metadata: Field, { defaults }: PlatformRules): NetworkAccess | undefined {
  const annotation = annotationOf(metadata, NETWORK_POLICY_ANNOTATION);
  if (!annotation.isSet) return defaults.networkPolicy && { cidrs: sorted(defaults.networkPolicy.cidrs) };
  const text = annotation.text(LIST);
  if (text === undefined || text === "none") return undefined;
  if (text === "gateway") return { cidrs: [] };
  return { cidrs: sorted(items(annotation).flatMap((item) => item.text(BLOCK) ?? [])) };
}

function items(annotation: Field): readonly Field[] {
  const found = annotation.csv();
  if (found.length === 0) annotation.fail("must name at least one value, or be none");
  return found;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
