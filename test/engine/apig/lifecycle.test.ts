// What an API behind the WhaleCloud API gateway becomes there, from its first run to its last.
import assert from "node:assert/strict";
import { describeWithEngines } from "./suite";

const REGISTRATION = "whalecloud-apig:index:ApiRegistration";

describeWithEngines("An API behind the WhaleCloud API gateway", (world) => {
  it("is previewed without a word to the gateway", async () => {
    const { engine, fake } = world();
    const steps = await engine.preview("foreseen");
    assert.ok(steps.some(({ op, type }) => op === "create" && type === REGISTRATION));
    assert.deepEqual(fake.requests, []);
    await engine.destroy("foreseen");
  });

  it("is bound by its first run, told in the outputs, and left alone by the next", async () => {
    const { engine, fake } = world();
    const { uid, binding, versions } = await engine.up("shop");
    const spec = {
      path: "/shop",
      name: "shop",
      specification: "https://example.com/shop.json",
      implementation: "r1-prodcatapi",
      port: 8080,
    };
    assert.deepEqual(fake.bound, [spec]);
    assert.equal(uid, "shop");
    assert.deepEqual(versions, {});
    assert.deepEqual(binding, {
      field: "apigBind",
      value: { response: { res_code: "0000", res_message: "success" }, spec },
    });

    const again = await engine.up("shop");
    assert.deepEqual(again.binding, binding);
    assert.equal(fake.requests.length, 1);
    await engine.destroy("shop");
    assert.deepEqual(fake.bound, []);
  });

  it("is told once more where its spec has changed, and nothing else is", async () => {
    const { engine, fake } = world();
    await engine.up("edited");
    const { binding } = await engine.up("edited", { spec: { port: 9090 } });
    assert.deepEqual(fake.asked, ["bind /edited", "bind /edited"]);
    assert.equal((binding?.value["spec"] as { port: number }).port, 9090);
    const changed = (await engine.preview("edited", { spec: { port: 9091 } })).filter(
      ({ op }) => op === "update",
    );
    assert.deepEqual(
      changed.map(({ type, diffs }) => [type, diffs]),
      [[REGISTRATION, ["port"]]],
    );
    await engine.destroy("edited");
  });

  it("moves to another path, and is served under one of both at any time", async () => {
    const { engine, fake } = world();
    await engine.up("moved");
    await engine.up("moved", { spec: { path: "/elsewhere" } });
    assert.deepEqual(
      fake.requests.map(({ paths }) => paths),
      [["/moved"], ["/moved", "/elsewhere"], ["/elsewhere"], ["/elsewhere"]],
    );
    await engine.destroy("moved");
    assert.deepEqual(fake.bound, []);
  });

  it("keeps what is known of it in a run with refresh, for nothing can be read", async () => {
    const { engine, fake } = world();
    const { binding } = await engine.up("refreshed");
    const again = await engine.up("refreshed", {}, true);
    assert.deepEqual(again.binding, binding);
    assert.equal(fake.requests.length, 1);
    await engine.destroy("refreshed");
  });

  it("is taken for bound where the gateway is a mock, and what was bound is removed all the same", async () => {
    const { engine, fake } = world();
    const { binding } = await engine.up("mocked", { gateway: { mock: true } });
    assert.deepEqual(binding?.value["response"], {
      res_code: "0000",
      res_message: "a mock: the gateway was not asked",
    });
    assert.deepEqual(fake.requests, []);
    await engine.up("mocked");
    assert.deepEqual(fake.asked, ["bind /mocked"]);
    await engine.up("mocked", { gateway: { mock: true } });
    assert.deepEqual(fake.asked, ["bind /mocked"]);
    await engine.destroy("mocked");
    assert.deepEqual(fake.asked, ["bind /mocked", "unbind /mocked"]);
  });

  it("is bound anew where the gateway has another address", async () => {
    const { engine, fake } = world();
    await engine.up("readdressed", { gateway: { endpoint: `http://localhost:${fake.port}` } });
    await engine.up("readdressed");
    assert.deepEqual(fake.asked, ["bind /readdressed", "bind /readdressed"]);
    await engine.destroy("readdressed");
    assert.deepEqual(fake.bound, []);
  });

  it("is removed the way that the last run was told, also where nothing else had changed", async () => {
    const { engine, fake } = world();
    await engine.up("recoded");
    await engine.up("recoded", { gateway: { absentCodes: ["2044"] } });
    fake.fail({ answer: { body: { res_code: "2044", res_message: "no" } }, of: "unbind" });
    await engine.destroy("recoded");
    assert.deepEqual(fake.asked, ["bind /recoded", "unbind /recoded"]);
  });
});
