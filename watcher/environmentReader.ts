// Variables of the environment, read one by one. What is wrong with them is collected.
import {
  monitoringTypes,
  noPlatform,
  PlatformError,
  readMonitoringType,
  type MonitoringType,
  type Platform,
} from "../components";
import { readPlatformFile, type EngineChoice } from "../stack";

const engineChoices: readonly EngineChoice[] = ["auto", "warm", "cli"];

/** Where TM Forum's operators look for APIs. */
export const DEFAULT_NAMESPACE = "components";

/** A DNS label (RFC 1123). */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** As Python writes them, which TM Forum's operators are written in. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** Reads variables. An empty or blank one is an unset one. */
export class EnvironmentReader {
  /** One line for each variable that is wrong: its name, its value and the rule. */
  readonly problems: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === "" ? undefined : value;
  }

  matching(name: string, fits: (value: string) => boolean, rule: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || fits(value)) return value;
    this.refuse(name, value, rule);
    return undefined;
  }

  /** Undefined means every namespace. */
  namespaces(name: string): readonly string[] | undefined {
    const value = this.text(name) ?? DEFAULT_NAMESPACE;
    const names = value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const fits = names.length > 0 && names.every((each) => each === "*" || NAMESPACE.test(each));
    if (!fits) this.refuse(name, value, "names of namespaces separated by commas, or *");
    return names.includes("*") ? undefined : [...new Set(names)];
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const value = this.text(name);
    const found = allowed.find((candidate) => candidate === value);
    if (value !== undefined && found === undefined) this.refuse(name, value, `one of ${allowed.join(", ")}`);
    return found;
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    const found = value === undefined ? undefined : BOOLEANS.get(value.toLowerCase());
    if (value !== undefined && found === undefined) this.refuse(name, value, "true or false, 1 or 0");
    return found;
  }

  monitoring(name: string): MonitoringType | undefined {
    const value = this.text(name);
    const type = value === undefined ? undefined : readMonitoringType(value);
    if (value !== undefined && type === undefined) {
      this.refuse(name, value, `one of ${monitoringTypes.join(", ")}`);
    }
    return type;
  }

  /** @param backend name of the variable with the URL of the state, which not every engine reaches */
  engine(name: string, backend: string): EngineChoice | undefined {
    const choice = this.oneOf(name, engineChoices);
    if (choice === "warm" && /^https?:/i.test(this.text(backend) ?? "")) {
      this.refuse(
        name,
        choice,
        `auto or cli while ${backend} is Pulumi Cloud, which only the Pulumi CLI works with`,
      );
    }
    return choice;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    this.refuse(name, value, `an integer from ${min} to ${max}`);
    return undefined;
  }

  /** `[host:]port`; every interface where the host is left out. */
  listen(name: string): { readonly host: string; readonly port: number } | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const [, host = "", port] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [];
    if (port !== undefined && Number(port) <= 65535) {
      return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
    }
    this.refuse(name, value, "[host:]port");
    return undefined;
  }

  platform(name: string): Platform {
    const file = this.text(name);
    if (file === undefined) return noPlatform;
    try {
      return readPlatformFile(file);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.problems.push(...error.problems.map((problem) => `${name}: ${problem}`));
      return noPlatform;
    }
  }

  /** The value for a text in lower case. */
  mapped<Value>(name: string, values: Readonly<Record<string, Value>>): Value | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    const value = Object.hasOwn(values, text) ? values[text] : undefined;
    if (value === undefined) this.refuse(name, text, `one of ${Object.keys(values).join(", ")}`);
    return value;
  }

  /** What stands before an `@` may be a password, and is not shown. */
  private refuse(name: string, value: string, rule: string): void {
    const shown = value.includes("@") ? "(not shown)" : JSON.stringify(value);
    this.problems.push(`${name}: ${shown} must be ${rule}`);
  }
}
