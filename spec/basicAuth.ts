import { type Field, isObject, isUnset } from "./field";
import { type BasicAuth } from "./model";
import { DNS_SUBDOMAIN, SECRET_KEY } from "./names";

const REFERENCE = "must be {name, key}, a reference to a key of a Secret; clear text is refused";

/**
 * Reads `spec.basicAuth`, which TM Forum's operator copies into a ServiceMonitor endpoint:
 * `{username: {name, key}, password: {name, key}}`, two keys of one Secret. User names and passwords in clear text are
 * refused, and no error shows a value found here.
 *
 * @param field the place of `spec.basicAuth`
 */
export function readBasicAuth(field: Field): BasicAuth | undefined {
  if (isBlank(field.value)) return undefined;
  const auth = field.secret().object();
  const username = readReference(auth.get("username"));
  const password = readReference(auth.get("password"));
  if (username === undefined || password === undefined) return undefined;
  if (password.name !== username.name) {
    auth.get("password").get("name").fail("must name the same Secret as spec.basicAuth.username.name");
  }
  return { secretName: username.name, usernameKey: username.key, passwordKey: password.key };
}

function readReference(field: Field): { readonly name: string; readonly key: string } | undefined {
  if (!isObject(field.value)) {
    field.fail(REFERENCE);
    return undefined;
  }
  const name = field.get("name").required().text(DNS_SUBDOMAIN);
  const key = field.get("key").required().text(SECRET_KEY);
  return name === undefined || key === undefined ? undefined : { name, key };
}

/** Whether nothing is set, as where a chart renders `{username: {name: "", key: ""}, password: …}` from no values. */
function isBlank(value: unknown): boolean {
  if (!isObject(value)) return isUnset(value);
  return Object.values(value).every((member) =>
    isObject(member) ? Object.values(member).every(isUnset) : isUnset(member),
  );
}
