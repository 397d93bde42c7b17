// What the engine tells of a registration, and what of it is kept in the state of its stack.

/** An API as the WhaleCloud API gateway is told of it: the body of both of its requests. */
export interface ApiSpec {
  /** Absolute path that the gateway serves. */
  readonly path: string;
  /** Name of the API object. */
  readonly name: string;
  /** URL of the API's document, which the gateway reads. */
  readonly specification: string;
  /** Name of the Service behind it. */
  readonly implementation: string;
  /** Port of the Service. */
  readonly port: number;
}

/** How the gateway is asked. */
export interface GatewayAccess {
  /** Where its operator portal answers: `http(s)://host[:port]`. */
  readonly endpoint: string;
  /** Seconds that one request may take. */
  readonly timeout: number;
  /** Values of `res_code` by which it says that there is nothing to remove. */
  readonly absentCodes: readonly string[];
}

/** Inputs of a registration. */
export interface RegistrationInputs extends ApiSpec, GatewayAccess {
  /** Whether nothing is asked of the gateway, and the API taken for bound. */
  readonly mock: boolean;
}

/** Outputs of a registration. */
export interface RegistrationState {
  /** What the gateway was asked to bind last. */
  readonly spec: ApiSpec;
  /** What it answered to that; absent where it is not known whether it did what it was asked. */
  readonly response?: GatewayAnswer;
  /** What may still be bound under a path or name that the API had before. */
  readonly stale: readonly ApiSpec[];
  /** Present where the gateway was asked nothing: of `spec` nothing is bound. */
  readonly mock?: true;
}

/** An answer of the gateway: JSON with a `res_code`. */
export type GatewayAnswer = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;

/** The API among the inputs, in the order in which TM Forum's operator sends it. */
export function specOf({ path, name, specification, implementation, port }: ApiSpec): ApiSpec {
  return { path, name, specification, implementation, port };
}

/** Whether two registrations take each other's place at the gateway, whatever it tells them apart by. */
export function isSamePlace(one: ApiSpec, other: ApiSpec): boolean {
  return one.path === other.path && one.name === other.name;
}

/** What may be bound at the gateway, the newest last. */
export function mayBeBound({ spec, stale, mock }: RegistrationState): readonly ApiSpec[] {
  return mock === true ? stale : [...stale, spec];
}

/**
 * Whether the gateway has to be asked again although nothing else is asked for than the last time: it is not known
 * whether it did that, or something is still to be removed.
 */
export function isUncertain({ response, stale, mock }: RegistrationState): boolean {
  return mock !== true && (response === undefined || stale.length > 0);
}

/** Inputs as the engine hands them over, after {@link inputErrors} found nothing wrong with them. */
export function readInputs(fields: Fields): RegistrationInputs {
  const inputs = fields as unknown as RegistrationInputs;
  const { endpoint, timeout, mock, absentCodes } = inputs;
  return { ...specOf(inputs), endpoint, timeout, mock, absentCodes };
}

/** Outputs as the engine hands them over. */
export function readState(fields: Fields): RegistrationState {
  const { spec, response, stale, mock } = fields as unknown as RegistrationState;
  return { spec, stale, ...(response === undefined ? {} : { response }), ...(mock === true ? { mock } : {}) };
}

/** Stands for a value that is not known before an update, on Pulumi's wire. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const types: Readonly<Record<keyof RegistrationInputs, (value: unknown) => boolean>> = {
  path: isText,
  name: isText,
  specification: isText,
  implementation: isText,
  port: isPositive,
  endpoint: (value) => isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  timeout: isPositive,
  mock: (value) => typeof value === "boolean",
  absentCodes: (value) => Array.isArray(value) && value.every(isText),
};

/** Names of the inputs that are missing or of another type. */
export function inputErrors(fields: Fields): readonly string[] {
  return Object.entries(types)
    .filter(([name, isValid]) => fields[name] !== UNKNOWN && !isValid(fields[name]))
    .map(([name]) => name);
}

/** Inputs of which a change is told to the gateway. */
const TOLD = ["path", "name", "specification", "implementation", "port", "endpoint", "mock"] as const;

/** Names of the inputs that the gateway has to be told of. */
export function changedInputs(before: Fields, after: Fields): readonly string[] {
  return TOLD.filter((name) => before[name] !== after[name]);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
