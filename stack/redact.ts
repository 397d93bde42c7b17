/** A text in which no URL shows a user or a password. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^\s"']*@/g, "//****@");
}
