/** The same plain data, with texts replaced wherever they occur, in the order given. */
export function replaced<T>(data: T, texts: Readonly<Record<string, string>>): T {
  const json = Object.entries(texts).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    JSON.stringify(data),
  );
  return JSON.parse(json) as T;
}
