// Keeps credentials out of what people read.

/** A text in which no URL shows a user or a password, also where it is percent-encoded, once or several times. */
export function withoutCredentials(text: string): string {
  return text
    .replace(/\/\/[^\s"']*@/g, "//****@")
    .replace(/\/\/[^\s"'/?]*%(?:25)*40/gi, "//****%40")
    .replace(/%(?:25)*2F%(?:25)*2F[^\s"']*%(?:25)*40/gi, "%2F%2F****%40");
}
