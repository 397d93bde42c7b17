import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { type ApiObjects } from "../../watcher/apiObjects";
import { evaluate } from "../../watcher/evaluate";
import { type EventRecorder } from "../../watcher/events";
import { gatewayAddressProblem } from "../../watcher/gatewayMessages";
import { type ApiObject } from "../../watcher/kube/objects";
import { StatusWriter } from "../../watcher/statusWriter";
import { resource } from "../spec/examples";
import { settled } from "../support/clock";
import { exposedApis } from "./examples";
import { keyOf, platform } from "./world";

const KEY = keyOf("a");
const PLACE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";
const stack = { name: "components.a", gateway: "azure-apim" } as const;

describe("StatusWriter during a run", () => {
  let object: ApiObject;
  let asked: unknown[];
  let answer: (error?: Error) => void;
  let writer: StatusWriter;

  beforeEach(() => {
    asked = [];
    const reconciled = { type: "Reconciled", status: "True", reason: "Applied", message: "" };
    object = { ...resource({}, { name: "a" }), status: { stack, conditions: [reconciled] } };
    const writeStatus = (
      _key: string,
      _object: ApiObject,
      status: Record<string, unknown>,
    ): Promise<void> => {
      asked.push(status["stack"]);
      return new Promise((resolve, reject) => {
        answer = (error) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          object = { ...object, status };
          resolve();
        };
      });
    };
    writer = new StatusWriter({
      objects: { get: () => object, writeStatus, resource: () => exposedApis } as unknown as ApiObjects,
      events: { record: () => undefined } as unknown as EventRecorder,
      addresses: { of: () => undefined, problem: () => gatewayAddressProblem(undefined, []) },
      settingsOf: () => defaultIstioSettings,
      isReady: () => true,
      serviceExists: () => true,
      portsOf: () => [],
      isRouteGone: () => false,
      overlaps: () => [],
    });
  });

  const evaluation = () => evaluate(exposedApis, object, platform, undefined, () => ({}));
  const begins = () => writer.begins(KEY, object, evaluation(), { ...stack, told: [PLACE] });
  const tells = () => writer.writeDuringRun(KEY, object, evaluation());

  it("makes a write from what the one before has left: the note of a run is not taken back", async () => {
    const both = Promise.all([begins(), tells()]);
    await settled();
    assert.deepEqual(asked, [{ ...stack, told: [PLACE] }]);
    answer();
    await settled();
    assert.deepEqual(asked[1], { ...stack, told: [PLACE] });
    answer();
    await both;
  });

  it("notes a run also where the write before was refused", async () => {
    const telling = tells();
    const noting = begins();
    await settled();
    answer(new Error("refused"));
    await assert.rejects(telling, /refused/);
    await settled();
    assert.deepEqual(asked[1], { ...stack, told: [PLACE] });
    answer();
    await noting;
  });
});
