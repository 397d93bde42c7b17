import assert from "node:assert/strict";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../../provider/model";
import { FakeApig } from "../support/apig/fakeApig";
import { eventually } from "../support/eventually";
import { PluginProcess, type CallError } from "./pluginProcess";

type Fields = Record<string, JavaScriptValue>;

const spec = {
  path: "/shop/v4",
  name: "r1-shop",
  specification: "https://example.com/shop.json",
  implementation: "shop-svc",
  port: 8080,
};
const urn = "urn:pulumi:s::p::whalecloud-apig:index:ApiRegistration::r1-shop";

describe("The provider plugin whalecloud-apig", function () {
  this.timeout(30_000);
  let plugin: PluginProcess;
  let fake: FakeApig;

  before(async () => {
    plugin = await PluginProcess.start();
  });

  after(() => plugin.stop());

  beforeEach(async () => {
    fake = await FakeApig.start();
  });

  afterEach(() => fake.stop());

  const inputs = (changes: Fields = {}): Fields => ({
    ...spec,
    endpoint: fake.endpoint,
    timeout: 5,
    mock: false,
    absentCodes: [],
    ...changes,
  });

  const struct = (fields: Fields): Struct => Struct.fromJavaScript(fields);

  const create = (fields: Fields, preview = false): Promise<messages.CreateResponse> =>
    plugin.call((client, callback) =>
      client.create(
        new messages.CreateRequest().setUrn(urn).setProperties(struct(fields)).setPreview(preview),
        callback,
      ),
    );

  const check = (fields: Fields): Promise<messages.CheckResponse> =>
    plugin.call((client, callback) =>
      client.check(new messages.CheckRequest().setUrn(urn).setNews(struct(fields)), callback),
    );

  const certain: Fields = { spec, response: { res_code: "0000" }, stale: [] };

  const diff = (before: Fields, after: Fields, outputs = certain): Promise<messages.DiffResponse> =>
    plugin.call((client, callback) =>
      client.diff(
        new messages.DiffRequest()
          .setId("r1-shop")
          .setOlds(struct(outputs))
          .setOldInputs(struct(before))
          .setNews(struct(after)),
        callback,
      ),
    );

  const read = (properties: Fields): Promise<messages.ReadResponse> =>
    plugin.call((client, callback) =>
      client.read(
        new messages.ReadRequest()
          .setId("r1-shop")
          .setProperties(struct(properties))
          .setInputs(struct(inputs())),
        callback,
      ),
    );

  /** What an error has the engine keep. */
  function keptBy(error: CallError): messages.ErrorResourceInitFailed {
    const [details] = error.metadata.get("grpc-status-details-bin");
    const [detail] = Status.deserializeBinary(new Uint8Array(details as Buffer)).getDetailsList();
    return messages.ErrorResourceInitFailed.deserializeBinary(detail!.getValue_asU8());
  }

  async function errorOf(work: Promise<unknown>): Promise<CallError> {
    return work.then(
      () => assert.fail("nothing was thrown"),
      (error: unknown) => error as CallError,
    );
  }

  it("takes any configuration, and can preview", async () => {
    const response = await plugin.call<messages.ConfigureResponse>((client, callback) =>
      client.configure(new messages.ConfigureRequest(), callback),
    );
    assert.ok(response.getSupportspreview());
  });

  it("finds inputs that are missing or of another type", async () => {
    const response = await check(inputs({ path: "", port: "80", endpoint: "apig:8080", absentCodes: [1] }));
    assert.deepEqual(
      response.getFailuresList().map((failure) => failure.getProperty()),
      ["path", "port", "endpoint", "absentCodes"],
    );
  });

  it("takes inputs that are right, or not known yet", async () => {
    assert.deepEqual((await check(inputs({ path: UNKNOWN }))).getFailuresList(), []);
  });

  it("has something to do where the gateway would be told something else, and never a replacement", async () => {
    const told = await diff(inputs(), inputs({ path: "/store", mock: true }));
    const same = await diff(inputs(), inputs({ timeout: 7, absentCodes: ["1"] }));
    assert.deepEqual(told.getDiffsList(), ["path", "mock"]);
    assert.deepEqual(told.getReplacesList(), []);
    assert.equal(same.getChanges(), messages.DiffResponse.DiffChanges.DIFF_NONE);
  });

  /** Outputs, and whether all that they speak of is certain. */
  const outputs: readonly (readonly [string, Fields, boolean])[] = [
    ["an answer is not known", { spec, stale: [] }, false],
    ["something is still to be removed", { ...certain, stale: [{ ...spec, path: "/old" }] }, false],
    ["a mock has something to remove one day", { ...certain, stale: [{ ...spec }], mock: true }, true],
    ["the gateway has said yes", certain, true],
  ];

  for (const [what, state, isCertain] of outputs) {
    it(`has ${isCertain ? "nothing" : "something"} to do where nothing is asked for anew and ${what}`, async () => {
      const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
      const response = await diff(inputs(), inputs(), state);
      assert.equal(response.getChanges(), isCertain ? DIFF_NONE : DIFF_SOME);
      assert.deepEqual(response.getReplacesList(), []);
    });

    it(`says ${isCertain ? "nothing" : "that it is not certain"} where it is asked to read and ${what}`, async () => {
      if (isCertain) {
        assert.deepEqual((await read(state)).getProperties()?.toJavaScript(), state);
        return;
      }
      const kept = keptBy(await errorOf(read(state)));
      assert.equal(kept.getId(), "r1-shop");
      assert.deepEqual(kept.getProperties()?.toJavaScript(), state);
      assert.deepEqual(kept.getInputs()?.toJavaScript(), inputs());
      assert.match(
        kept.getReasonsList().join(),
        /^what the WhaleCloud API gateway at 127\.0\.0\.1:\d+ has done of r1-shop is not known: the next update/,
      );
    });
  }

  it("asks the gateway nothing in a preview, and says that its answer is not known", async () => {
    const response = await create(inputs(), true);
    assert.deepEqual(response.getProperties()?.toJavaScript(), { spec, response: UNKNOWN, stale: [] });
    assert.deepEqual(fake.requests, []);
  });

  it("creates, updates and deletes", async () => {
    const created = await create(inputs());
    const state = created.getProperties();
    assert.equal(created.getId(), "r1-shop");
    assert.deepEqual(state?.toJavaScript(), {
      spec,
      response: { res_code: "0000", res_message: "success" },
      stale: [],
    });

    const updated = await plugin.call<messages.UpdateResponse>((client, callback) =>
      client.update(
        new messages.UpdateRequest()
          .setId("r1-shop")
          .setOlds(state)
          .setOldInputs(struct(inputs()))
          .setNews(struct(inputs({ path: "/store" }))),
        callback,
      ),
    );
    assert.deepEqual(fake.bound, [{ ...spec, path: "/store" }]);

    await plugin.call<Empty>((client, callback) =>
      client.delete(
        new messages.DeleteRequest()
          .setId("r1-shop")
          .setProperties(updated.getProperties())
          .setOldInputs(struct(inputs({ path: "/store" }))),
        callback,
      ),
    );
    assert.deepEqual(fake.bound, []);
  });

  it("has what was bound removed when a mock goes that was none before", async () => {
    const created = await create(inputs());
    const mock = struct(inputs({ mock: true }));
    const updated = await plugin.call<messages.UpdateResponse>((client, callback) =>
      client.update(
        new messages.UpdateRequest().setId("r1-shop").setOlds(created.getProperties()).setNews(mock),
        callback,
      ),
    );
    const before = updated.getProperties();
    await plugin.call<Empty>((client, callback) =>
      client.delete(new messages.DeleteRequest().setProperties(before).setOldInputs(mock), callback),
    );
    assert.deepEqual(fake.asked, ["bind /shop/v4", "unbind /shop/v4"]);
  });

  it("says what there may be after a failure, so that the engine keeps it", async () => {
    fake.fail({ answer: "cut" });
    const error = await errorOf(create(inputs()));
    const kept = keptBy(error);
    assert.equal(kept.getId(), "r1-shop");
    assert.deepEqual(kept.getProperties()?.toJavaScript(), { spec, stale: [] });
    assert.deepEqual(kept.getInputs()?.toJavaScript(), inputs());
    assert.deepEqual(kept.getReasonsList(), [error.details]);
    assert.match(error.details, /^the WhaleCloud API gateway at 127\.0\.0\.1:\d+ is unavailable: /);
  });

  it("has nothing kept of an API that the gateway has refused", async () => {
    fake.fail({ answer: { body: { res_code: "1001", res_message: "no" } } });
    const error = await errorOf(create(inputs()));
    assert.deepEqual(error.metadata.get("grpc-status-details-bin"), []);
  });

  it("imports nothing, and asks the gateway nothing where it is asked to read", async () => {
    await read(certain);
    assert.match((await errorOf(read({}))).details, /cannot be imported/);
    assert.deepEqual(fake.requests, []);
  });

  it("ends requests under way when it is told to, and serves on", async () => {
    fake.fail({ answer: "nothing" });
    const creating = errorOf(create(inputs()));
    await eventually("the request has come", () => fake.requests.length === 1);
    await plugin.call<Empty>((client, callback) => client.cancel(new Empty(), callback));
    assert.match((await creating).details, /the request was cancelled/);
    await create(inputs());
    assert.equal(fake.bound.length, 1);
  });

  it("understands codes of the environment too, for APIs whose state has none", async () => {
    const other = await PluginProcess.start({ APIG_ABSENT_CODES: "2043, 2044" });
    fake.fail({ answer: { body: { res_code: "2044", res_message: "no" } } });
    await other.call<Empty>((client, callback) =>
      client.delete(
        new messages.DeleteRequest()
          .setProperties(struct({ spec, stale: [] }))
          .setOldInputs(struct(inputs())),
        callback,
      ),
    );
    assert.deepEqual(fake.asked, ["unbind /shop/v4"]);
    await other.stop();
  });

  it("ends with the engine that has started it", async () => {
    const other = await PluginProcess.start();
    await other.stop();
    assert.equal(other.child.exitCode, 0);
  });
});
