/** How the stand-in provider is found and told what it needs, by the environment of the engine. */
import { delimiter, join } from "node:path";
import { type FakeArm } from "./fakeArm";

/** Environment in which engines use the stand-in: it is found on PATH, and asks after 5 ms where the real one waits for seconds. */
export function azureEnvironment(
  { url }: Pick<FakeArm, "url">,
  searchPath = process.env["PATH"] ?? "",
): Readonly<Record<"PATH" | "FAKE_ARM_URL" | "FAKE_ARM_RETRY_MS" | "FAKE_ARM_POLL_MS", string>> {
  return {
    PATH: [join(__dirname, "bin"), searchPath].join(delimiter),
    FAKE_ARM_URL: url,
    FAKE_ARM_RETRY_MS: "5",
    FAKE_ARM_POLL_MS: "5",
  };
}
