/** Whether a text is one XML element with all of its tags in order: the parser of xmlbuilder2 closes what is open. */

const MARKUP =
  /<!--(?:(?!--).)*-->|<!\[CDATA\[.*?\]\]>|<(?<close>\/?)(?<name>[A-Za-z_][\w.-]*)(?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>/gs;

/** What must not be left over between the markup: the beginning of some, a lone `&`, a control character. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const STRAY = /<|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\dA-Fa-f]+);)|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** The first thing that is wrong with a text; undefined where it is well-formed (XML 1.0, without a DTD). */
export function ill(text: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  for (const { groups } of text.matchAll(MARKUP)) {
    const { name, close, empty } = groups ?? {};
    if (name === undefined) continue;
    if (close === "/") {
      const expected = open.pop();
      if (expected !== name) return `</${name}> closes ${expected ?? "nothing"}`;
    } else {
      if (open.length === 0) roots += 1;
      if (empty !== "/") open.push(name);
    }
  }
  if (open.length > 0) return `${open.join(", ")} is not closed`;
  if (roots !== 1) return "there must be one root element";
  // Attributes hold entities too: only the brackets of the tags are taken away.
  const rest = text.replace(MARKUP, (markup) => (markup.startsWith("<!") ? "" : markup.slice(1, -1)));
  const stray = STRAY.exec(rest)?.[0];
  return stray === undefined ? undefined : `${JSON.stringify(stray)} stands alone`;
}
