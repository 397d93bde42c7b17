// Whether a gateway's words say that the API it was asked to remove is not there.
import { presentable } from "./errors";
import { type ApiSpec } from "./model";

/** What a message may begin with: a code, or the name of an exception. */
const PREFIX = String.raw`(?:(?:\[[\w-]{1,20}\]|[\w.-]{1,80}:) ?)?`;
const API = "(?:API|接口)";
const THE = "(?:(?:(?:the|this|that) )?(?:(?:requested|specified) )?|该|此)";
const IS_ABSENT =
  "(?:(?:(?:is|was) )?not (?:found|exists?)|(?:can ?not|could not|can['’]t) be found" +
  "|(?:does|do|did)(?: not|n['’]t) exist|no longer exists|不存在|未找到|找不到)";
const NO = "(?:(?:there is )?no such |(?:can ?not|could not) find |未找到|找不到)";

/**
 * Whether a message says that an API is not there, and nothing else: in a longer one it may be a host, a session or
 * anything else that was not found, and what is taken for removed by mistake stays bound with nobody who knows of it.
 */
export function saysAbsent(words: string, { name, path }: Pick<ApiSpec, "name" | "path">): boolean {
  const quoted = (text: string): string => `["'“‘「[(<]?${escaped(text)}["'”’」\\])>]?`;
  const it = `(?:${quoted(name)}|${quoted(path)})`;
  const named = `(?: ?(?:(?:with )?(?:the )?(?:name|path)[ :=]{1,2})?${it})?`;
  const first = `(?:${API}${named}|${quoted(path)}) ?${IS_ABSENT}(?:[:,]? ?${it})?`;
  const last = `${NO}${THE}${API}[:,]?${named}`;
  return new RegExp(`^${PREFIX}(?:${THE}${first}|${last})[.!。！]?$`, "i").test(presentable(words));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
