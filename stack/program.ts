// The inline program of one stack: plain data in, plain data out.
import * as pulumi from "@pulumi/pulumi";
import {
  OdaApi,
  OdaPlatform,
  type GatewayBinding,
  type GatewaySettings,
  type ObjectVersions,
  type OwnerReference,
} from "../components";
import { GROUP, type ExposedApi } from "../spec";
import { platformStackName } from "./names";
import { type ApiSettings } from "./settings";

/**
 * Changes whenever the components declare other resources for the same model and settings, and only then:
 * a new revision runs every stack once.
 */
export const PROGRAM_REVISION = 2;

/** What the program of an API is made from. */
export interface ApiInput {
  readonly api: ExposedApi;
  readonly settings: ApiSettings;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference;
  /** Text of `settings.context.document`: it is the program's alone, and in no hash. */
  readonly document?: string;
  /** RFC 3339 time, where every field is to be written again: it is noted on the objects. */
  readonly rewrittenAt?: string;
}

/** What the program of the platform resources is made from: what all APIs of a gateway share. */
export interface PlatformInput {
  readonly platform: GatewaySettings;
  /** See {@link ApiInput.rewrittenAt}. */
  readonly rewrittenAt?: string;
}

/** What the program of a stack is made from: plain data. */
export type ProgramInput = ApiInput | PlatformInput;

/** What a run gives back. */
export interface RunOutputs {
  /** See {@link OdaApi.uid}; the platform resources have none. */
  readonly uid?: string;
  /** See {@link OdaApi.versions} and {@link OdaPlatform.versions}. */
  readonly versions: ObjectVersions;
  /** See {@link OdaApi.binding}. */
  readonly binding?: GatewayBinding;
}

/** An inline program, and its outputs once it has run. */
export interface StackProgram {
  readonly run: pulumi.automation.PulumiFn;
  /** Outputs of the last run, or undefined when none has resolved them, as in a preview of a new stack. */
  readonly outputs: () => RunOutputs | undefined;
}

/** The program of a stack. */
export function programOf(input: ProgramInput): StackProgram {
  return "platform" in input ? platformProgram(input) : apiProgram(input);
}

/** The program that declares one API under its own name. */
export function apiProgram({ api, settings, owner, document, rewrittenAt }: ApiInput): StackProgram {
  let outputs: RunOutputs | undefined;
  return {
    run: () => {
      const args = { api, ...settings, owner, document };
      const exposed = new OdaApi(api.name, args, rewriting(rewrittenAt));
      pulumi.all([exposed.uid, exposed.versions, exposed.binding]).apply(([uid, versions, binding]) => {
        outputs = { uid, versions, ...(binding === undefined ? {} : { binding }) };
      });
      return Promise.resolve({ uid: exposed.uid });
    },
    outputs: () => outputs,
  };
}

/** The program that declares what all APIs of a gateway share. */
export function platformProgram({ platform, rewrittenAt }: PlatformInput): StackProgram {
  let outputs: RunOutputs | undefined;
  return {
    run: () => {
      const name = platformStackName(platform.type);
      const shared = new OdaPlatform(name, { gateway: platform }, rewriting(rewrittenAt));
      shared.versions.apply((versions) => {
        outputs = { versions };
      });
      return Promise.resolve({});
    },
    outputs: () => outputs,
  };
}

/** Annotation with the time at which an object was last put back. */
const REWRITTEN_ANNOTATION = `${GROUP}/rewritten-at`;

/**
 * The provider compares what is declared with what is there, and passes over what others have added to an item of a
 * list. A declaration that is another in any case has it apply all of it. Objects that are only patched are left out.
 */
function rewriting(at: string | undefined): pulumi.ComponentResourceOptions {
  if (at === undefined) return {};
  const rewrite: pulumi.ResourceTransformation = ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:") || type.endsWith("Patch")) return undefined;
    const { metadata } = props as { readonly metadata: { readonly annotations: object } };
    const annotations = { ...metadata.annotations, [REWRITTEN_ANNOTATION]: at };
    return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
  };
  return { transformations: [rewrite] };
}
