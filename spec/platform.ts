// What the platform team decides for every API, as the parser takes it.
import { type LockablePolicy, type MtlsMode, type NetworkAccess } from "./model";

/**
 * Policies of an API whose object says nothing of them. `CORS` and `rateLimit` are written as in a spec, in any of its
 * shapes, and hold for each field that the object leaves unset.
 */
export interface PolicyDefaults {
  readonly CORS?: object;
  readonly rateLimit?: object;
  /** Names of JWT providers. */
  readonly jwt?: readonly string[];
  readonly mtls?: MtlsMode;
  readonly networkPolicy?: NetworkAccess;
}

/**
 * What holds for every API. From the lowest precedence to the highest: the defaults of TM Forum's CRD, `defaults`, the
 * object, and `defaults` again for a policy that is `locked`; one that is locked without a default is off.
 */
export interface PlatformRules {
  readonly defaults: PolicyDefaults;
  readonly locked: readonly LockablePolicy[];
  /** Names of the JWT providers there are. */
  readonly jwtProviders: readonly string[];
}

/** The rules of a platform team that has written none. */
export const noRules: PlatformRules = { defaults: {}, locked: [], jwtProviders: [] };
