/** `{key: value}` to spread into an object, or `{}` when there is no value: an unset field has no key at all. */
export function optional<K extends string, V>(key: K, value: V | undefined): Readonly<Partial<Record<K, V>>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}
