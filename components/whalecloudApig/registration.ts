// An API as the WhaleCloud API gateway has it: the resource of the provider in `provider/`.
import * as pulumi from "@pulumi/pulumi";

/** What the gateway is told of an API: the body of its requests, as TM Forum's operator sends it. */
export interface ApigSpec {
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

/** Arguments of {@link ApiRegistration}. */
export interface ApiRegistrationArgs extends ApigSpec {
  /** Where the gateway's operator portal answers: `http(s)://host[:port]`. Another one is taken for the same gateway. */
  readonly endpoint: string;
  /** Seconds that one request may take. */
  readonly timeout: number;
  /** Whether nothing is asked of the gateway. */
  readonly mock: boolean;
  /** Values of `res_code` by which it says that there is nothing to remove. */
  readonly absentCodes: readonly string[];
}

/** Binds an API while it exists. What is at the gateway is never read, for it has no request that does. */
export class ApiRegistration extends pulumi.CustomResource {
  /** What the gateway was told. */
  declare readonly spec: pulumi.Output<ApigSpec>;
  /** What it answered: JSON with a `res_code`. */
  declare readonly response: pulumi.Output<Readonly<Record<string, unknown>>>;

  constructor(name: string, args: ApiRegistrationArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = { spec: undefined, response: undefined, stale: undefined };
    super("whalecloud-apig:index:ApiRegistration", name, { ...args, ...outputs }, options);
  }
}
