import assert from "node:assert/strict";
import { mock } from "node:test";
import { TransientError } from "../../stack";
import { LeftOverEntities } from "../../watcher/leftOvers";
import { LeftPlaces } from "../../watcher/leftPlaces";
import { createLogger } from "../../watcher/logger";
import { settled, useClock } from "../support/clock";

const SERVICE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim";

const madeFor = (name: string) => ({
  api: { kind: "ExposedAPI", namespace: "components", name } as const,
  owner: { apiVersion: "oda.tmforum.org/v1", kind: "ExposedAPI", name, uid: `uid-${name}` },
});

describe("LeftPlaces", () => {
  const clock = useClock();
  let asked: string[];
  let enqueued: string[];
  let answer: () => Promise<void>;
  let left: LeftPlaces;

  beforeEach(() => {
    [asked, enqueued, answer] = [[], [], () => Promise.resolve()];
    const log = createLogger("error");
    mock.method(log, "warn", () => undefined);
    const remove = async ({ serviceName }: { serviceName: string }, ids: readonly string[]) => {
      asked.push(`${serviceName}/${ids[0] ?? ""}`);
      await answer();
      return ids;
    };
    left = new LeftPlaces({
      leftOvers: new LeftOverEntities({ remove }, log),
      log,
      enqueue: (keys) => enqueued.push(...keys),
      stopping: new AbortController().signal,
    });
  });
  afterEach(() => {
    mock.restoreAll();
  });

  const clear = (name: string, service = SERVICE) =>
    left.clear(`exposedapis/components/${name}`, madeFor(name), [`${service}/${name}`]);
  const away = () => Promise.reject(new TransientError("GatewayUnavailable", "no answer"));

  it("asks for what was left at each place, and has nothing more to do there", async () => {
    assert.deepEqual(await clear("a"), []);
    assert.deepEqual([asked, enqueued], [["oda-apim/apis/a"], []]);
  });

  it("asks a service that was away for nothing more of any API, until all are looked at again", async () => {
    answer = away;
    assert.deepEqual(await clear("a"), [`${SERVICE}/a`]);
    assert.deepEqual(await clear("b"), [`${SERVICE}/b`]);
    assert.deepEqual(asked, ["oda-apim/apis/a"]);
    assert.deepEqual(await clear("c", `${SERVICE}-2`), [`${SERVICE}-2/c`]);
    assert.equal(asked.length, 2);

    await clock.advance(60_000);
    assert.deepEqual(
      enqueued.sort(),
      ["a", "b", "c"].map((name) => `exposedapis/components/${name}`),
    );
    answer = () => Promise.resolve();
    assert.deepEqual([await clear("a"), await clear("b")], [[], []]);
  });

  it("looks at an object once, however often that has failed meanwhile", async () => {
    answer = away;
    await clear("a");
    await clear("a");
    await clock.advance(60_000);
    assert.deepEqual(enqueued, ["exposedapis/components/a"]);
  });

  it("asks for ten APIs at a time", async () => {
    const answers: (() => void)[] = [];
    answer = () => new Promise((resolve) => answers.push(resolve));
    const all = Promise.all(Array.from({ length: 12 }, (_, index) => clear(`api-${index}`)));
    await settled();
    assert.equal(asked.length, 10);
    answer = () => Promise.resolve();
    for (const done of answers) done();
    await all;
    assert.equal(asked.length, 12);
  });
});
