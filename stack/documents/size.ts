// How large a document is as text, without making the text: aliases let a small document stand for gigabytes.
import { isObject, type Json } from "./json";

/**
 * Whether the JSON text of a value has more characters than `limit`; looks at no more of it than that takes. What is
 * escaped counts as one character.
 */
export function isLargerThan(value: Json, limit: number): boolean {
  return count(value, limit) > limit;
}

function count(value: Json | undefined, limit: number): number {
  if (typeof value === "string") return value.length + 2;
  if (Array.isArray(value)) return sum(value as readonly Json[], limit, (item) => count(item, limit) + 1);
  if (!isObject(value)) return 1;
  return sum(Object.entries(value), limit, ([name, member]) => name.length + 4 + count(member, limit));
}

function sum<Item>(items: readonly Item[], limit: number, size: (item: Item) => number): number {
  let total = 2;
  for (const item of items) {
    total += size(item);
    if (total > limit) break;
  }
  return total;
}
