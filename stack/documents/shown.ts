// How URLs of documents are shown to people.

/** Characters of a URL that a message has room for. */
const MAX_SHOWN = 200;

/** A URL or reference without what may be secret in it: user, password and query. */
export function shownUrl(text: string): string {
  const shown = text
    .replace(/^([a-z][-a-z0-9+.]*:)?\/\/[^/?#]*@/i, "$1//")
    .replace(/\?[^#]*/, "")
    .replace(/[^\x21-\x7e]/g, "?");
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
