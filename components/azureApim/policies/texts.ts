/**
 * Which texts may stand in a policy document.
 *
 * API Management evaluates what begins with `@(` or `@{` as an expression in C#, with the rights of the gateway, and
 * puts the value of a named value, which may be a secret, in the place of `{{name}}` ("API Management policy
 * expressions", "Use named values in Azure API Management policies"). Escaping for XML changes neither.
 */

const ACTIVE = /@[({]|\{\{/;

/** Controls, and halves of surrogate pairs: XML has no way to write most of them (XML 1.0, section 2.2). */
const UNWRITABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether API Management takes a text for nothing but a text. One of spaces alone would be none. */
export function isPlain(text: string): boolean {
  return text.trim() !== "" && !ACTIVE.test(text) && !UNWRITABLE.test(text);
}

/** Whether a text may stand inside an expression, between quotation marks. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Why a policy with a text that is not plain is not enforced, as the end of a sentence that begins with the field. */
export function notPlain(what: string): string {
  return `has ${what} that API Management would not take as a text: with "@(", "@{", "{{" or a control character`;
}
