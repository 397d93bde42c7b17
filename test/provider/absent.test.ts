import assert from "node:assert/strict";
import { saysAbsent } from "../../provider/absent";

const api = { name: "r1-shop", path: "/shop/v4.0" };

/** Messages that can mean nothing but that the API is not there. */
const absent: readonly string[] = [
  "API not found",
  "API not found.",
  "api doesn't exist",
  "the API does not exist",
  "The requested API\ndoes not exist!",
  "API not exists",
  "API r1-shop was not found",
  "API 'r1-shop' could not be found",
  "API with name: [r1-shop] does not exist",
  "API with the path /shop/v4.0 not found",
  "API not found: r1-shop",
  '"/shop/v4.0" does not exist',
  "No such API",
  "there is no such API: /shop/v4.0",
  "Cannot find the API r1-shop",
  "[APIG-1003] API not found",
  "com.example.NoSuchApiException: API not found",
  "接口不存在",
  "该接口不存在。",
  "API不存在",
  "未找到接口",
  "找不到该API",
];

/** Messages after which the API may well be bound. */
const other: readonly string[] = [
  "java.net.UnknownHostException: db-host not found",
  "tenant not found in session, please log in",
  "no such host: registry",
  "Backend cluster does not exist: config center is being restarted",
  "API key not found",
  "No such API key",
  "API server does not exist",
  "backend of the API does not exist",
  "upstream API not found",
  "API r1-shop cannot be removed: backend cluster does not exist",
  "API not found in the cache, which is being loaded",
  "API not found: registry unavailable",
  "API r1-shop-2 not found",
  "API /shop/v4 not found",
  "/shop/v400 does not exist",
  "Service 'r1-shop' does not exist",
  "r1-shop not found",
  "API found",
  "后端接口不存在",
  "找不到接口文档",
  "会话不存在",
  "",
];

describe("The words of a gateway about an API that is to be removed", () => {
  for (const words of absent) {
    it(`say that it is not there: ${words}`, () => {
      assert.equal(saysAbsent(words, api), true);
    });
  }

  for (const words of other) {
    it(`may speak of something else: ${words}`, () => {
      assert.equal(saysAbsent(words, api), false);
    });
  }

  it("are looked at in no time, however long they are", () => {
    const words = `API${" ".repeat(30_000)}${"the API ".repeat(4000)}`;
    const started = performance.now();
    assert.equal(saysAbsent(words, api), false);
    assert.ok(performance.now() - started < 1000);
  });
});
