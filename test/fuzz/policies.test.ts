// Thousands of random objects of APIs, under random platform files, up to what a cluster says to the result.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  defaultIstioSettings,
  gatewayObjects,
  objectId,
  platformObjects,
  policiesOf,
  PlatformError,
  readPlatform,
  type Platform,
} from "../../components";
import { objectMetadata, platformMetadata } from "../../components/kubernetesMetadata";
import { type Manifest } from "../../dev/dataPlane";
import { InvalidSpecError, parseExposedApi, requestedPolicies, type ExposedApi } from "../../spec";
import { assertConfined, type Exposure } from "./confinement";
import { apiObjects, NAMESPACES, platformFiles, surroundings, type Surroundings } from "./exposures";
import { Findings, forEach } from "./findings";
import { Judges } from "./judges";

const SPECS = Number(process.env["ODA_FUZZ_SPECS"] ?? 5000);
const PLATFORMS = 300;

/** Other inputs each time; a failure tells how to have the same again. */
const seed = Number(process.env["ODA_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const hint = `again with ODA_FUZZ_SEED=${seed}`;

/** An exposure, and what it was made from. */
interface Made {
  readonly input: unknown;
  readonly exposure: Exposure;
}

const platforms = fc
  .sample(platformFiles, { seed, numRuns: PLATFORMS })
  .map((file) => attempt(() => readPlatform(JSON.stringify(file)), PlatformError))
  .filter((platform) => platform !== undefined);

/** What `make` gives; undefined where it throws the error that tells what is wrong with its input. */
function attempt<T>(make: () => T, refusal: typeof PlatformError | typeof InvalidSpecError): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof refusal && error.message !== "") return undefined;
    throw error;
  }
}

function exposureOf(api: ExposedApi, { istio }: Platform, around: Surroundings): Exposure {
  const { gateway, apiVersion, publicHostname, contextFor } = around;
  const publicName = publicHostname === undefined ? {} : { publicHostname };
  const settings = { ...defaultIstioSettings, gateway, apiVersion, ...publicName, ...istio };
  return { api, settings, context: contextFor(api.path) };
}

/** Whether the errors of an object name fields of it. */
function assertNamesFields(object: unknown, { rules }: Platform): void {
  assert.throws(
    () => parseExposedApi(object, rules),
    ({ fields }: InvalidSpecError) =>
      fields.length > 0 && fields.every(({ field }) => /^(?:spec|metadata|kind)\b/.test(field)),
  );
}

/** Calls `look` for each item, and notes what it throws. */
function judge<T>(
  items: readonly T[],
  findings: Findings,
  look: (item: T) => void | Promise<void>,
  inputOf: (item: T) => unknown,
): Promise<void> {
  return forEach(items, async (item) => {
    try {
      await look(item);
    } catch (error) {
      findings.add(error instanceof Error ? error.message : String(error), inputOf(item));
    }
  });
}

describe(`${SPECS} random APIs behind Istio`, function () {
  this.timeout(300_000);
  const made: Made[] = [];
  const judged = new Map<string, number>();
  let judges: Judges;

  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    judges = await Judges.start();
  });

  after(async () => {
    console.log(
      `    judged by the API server${judges.hasIstiod ? " and istiod" : ""}: ${[...judged].join(" ")}`,
    );
    await judges.stop();
  });

  const check = async (look: (exposure: Exposure) => void | Promise<void>): Promise<void> => {
    const findings = new Findings();
    await judge(
      made,
      findings,
      ({ exposure }) => look(exposure),
      ({ input }) => input,
    );
    findings.assertNone(hint);
  };

  it("are parsed, or refused with the fields that are wrong", async () => {
    const findings = new Findings();
    const random = fc.sample(fc.tuple(apiObjects, fc.constantFrom(...platforms), surroundings), {
      seed,
      numRuns: SPECS,
    });
    const look = ([object, platform, around]: (typeof random)[number]): void => {
      const api = attempt(() => parseExposedApi(object, platform.rules), InvalidSpecError);
      if (api === undefined) assertNamesFields(object, platform);
      else made.push({ input: { object, platform }, exposure: exposureOf(api, platform, around) });
    };
    await judge(random, findings, look, ([object, platform]) => ({ object, platform }));
    findings.assertNone(hint);
    const share = made.length / SPECS;
    assert.ok(share > 0.5 && share < 0.95, `${made.length} of ${SPECS} were parsed`);
  });

  it("have every policy that they ask for enforced, or hear why not", () =>
    check((exposure) => {
      const outcomes = policiesOf(exposure);
      assert.deepEqual(
        outcomes.map(({ policy }) => policy),
        requestedPolicies(exposure.api),
      );
      for (const { enforcedBy, without, because } of outcomes) {
        assert.notEqual(enforcedBy === undefined, because === undefined);
        assert.ok(without === undefined || enforcedBy !== undefined);
      }
    }));

  it("declare nothing outside of their own host, path and Pods", () =>
    check((exposure) => {
      for (const object of gatewayObjects(exposure)) assertConfined(exposure, object);
    }));

  it("share no object with another API, nor with the platform", () => {
    const owners = new Map<string, string>();
    for (const { istio } of platforms) {
      for (const object of platformObjects({ ...defaultIstioSettings, ...istio })) {
        owners.set(objectId(object), "the platform");
      }
    }
    return check((exposure) => {
      const { namespace, name, kind } = exposure.api;
      const objects = gatewayObjects(exposure);
      assert.equal(new Set(objects.map(objectId)).size, objects.length);
      for (const object of objects) {
        // Where two kinds share a name, the API server refuses the second what is beside them.
        const isBeside = object.namespace === namespace && object.name === name;
        const self = isBeside ? `${namespace}/${name}` : `${kind} ${namespace}/${name}`;
        const id = objectId(object);
        const owner = owners.get(id) ?? self;
        assert.equal(owner, self, `${self} shares ${id}`);
        owners.set(id, owner);
      }
    });
  });

  it("declare what the API server and istiod take", async () => {
    await judges.prepare(new Set([...NAMESPACES, ...made.map(({ exposure }) => exposure.api.namespace)]));
    await check(async (exposure) => {
      const { api } = exposure;
      const owner = { apiVersion: "oda.tmforum.org/v1", kind: api.kind, name: api.name, uid: api.uid ?? "1" };
      for (const object of gatewayObjects(exposure)) {
        const { apiVersion, kind, fields } = object;
        const metadata = objectMetadata(object, api, owner);
        await assertTaken({ apiVersion, kind, metadata, ...fields });
      }
    });
  });

  it("have a platform whose objects they take too", async () => {
    const findings = new Findings();
    const settings = platforms.map(({ istio }) => ({ ...defaultIstioSettings, ...istio }));
    const look = async (object: ReturnType<typeof platformObjects>[number]): Promise<void> => {
      const { apiVersion, kind, fields } = object;
      await assertTaken({ apiVersion, kind, metadata: platformMetadata(object), ...fields });
    };
    await judge(
      settings.flatMap((each) => [...platformObjects(each)]),
      findings,
      look,
      (object) => object,
    );
    findings.assertNone(hint);
  });

  it("declare enough of every kind to say so", () => {
    for (const kind of Judges.kinds)
      assert.ok((judged.get(kind) ?? 0) > 20, `${kind}: ${judged.get(kind) ?? 0}`);
  });

  async function assertTaken(manifest: Manifest): Promise<void> {
    const { kind = "" } = manifest;
    judged.set(kind, (judged.get(kind) ?? 0) + 1);
    const objections = await judges.objections(manifest);
    assert.ok(objections.length === 0, `${kind}: ${objections.join("; ")}`);
  }
});
