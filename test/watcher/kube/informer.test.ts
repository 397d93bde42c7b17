import assert from "node:assert/strict";
import { mock } from "node:test";
import { type KubeConfig, type KubernetesListObject } from "@kubernetes/client-node";
import { createClients } from "../../../watcher/kube/client";
import { Informer, type InformerOptions } from "../../../watcher/kube/informer";
import { eventually } from "../../support/eventually";
import { KubernetesServer, type Stored } from "../../support/kubernetesServer";

const PATH = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";

const api = (name: string, port = 8080): Stored => ({
  metadata: { name, namespace: "components", uid: `uid-${name}` },
  spec: { port },
});

describe("Informer", () => {
  let server: KubernetesServer;
  let informer: Informer<Stored> | undefined;
  let seen: string[];
  let errors: { readonly error: unknown; readonly retryIn: number }[];

  beforeEach(async () => {
    server = await KubernetesServer.start();
    seen = [];
    errors = [];
  });
  afterEach(async () => {
    informer?.stop();
    await server.close();
  });

  const list = () =>
    createClients(server.kubeConfig).objects.listNamespacedCustomObject({
      group: "oda.tmforum.org",
      version: "v1",
      namespace: "components",
      plural: "exposedapis",
    }) as Promise<KubernetesListObject<Stored>>;

  function follow(
    config: KubeConfig = server.kubeConfig,
    options: Partial<InformerOptions<Stored>> = {},
  ): Informer<Stored> {
    informer = new Informer<Stored>(config, {
      ...options,
      path: PATH,
      list,
      onUpsert: ({ metadata, spec }) => seen.push(`${metadata?.name ?? ""} ${JSON.stringify(spec)}`),
      onDelete: ({ metadata }) => seen.push(`${metadata?.name ?? ""} deleted`),
      onError: (error, retryIn) => errors.push({ error, retryIn }),
    });
    informer.start();
    return informer;
  }

  const told = (what: string) => eventually(`${what} is told`, () => seen.includes(what));
  const lists = () => server.requests.filter((request) => !request.includes("watch=true"));
  const watches = () => server.requests.filter((request) => request.includes("watch=true"));
  const watching = () => eventually("a watch is open", () => server.watching === 1);

  it("tells of what is there, then of each change", async () => {
    server.put(PATH, api("a"));
    const followed = follow();
    await followed.synced;
    assert.deepEqual(seen, ['a {"port":8080}']);
    await watching();

    server.put(PATH, api("b"));
    server.put(PATH, api("a", 9090));
    server.remove(PATH, api("b"));
    await told("b deleted");

    assert.deepEqual(seen, ['a {"port":8080}', 'b {"port":8080}', 'a {"port":9090}', "b deleted"]);
  });

  it("keeps what it knows for others to read", async () => {
    server.put(PATH, api("a"));
    const followed = follow();
    await followed.synced;

    assert.deepEqual(followed.get("components", "a")?.spec, { port: 8080 });
    assert.equal(followed.get("components", "b"), undefined);
    assert.equal(followed.get("other", "a"), undefined);
    assert.deepEqual(
      followed.list().map(({ metadata }) => metadata?.name),
      ["a"],
    );
  });

  it("goes on trying while lists fail, and says so each time", async () => {
    server.put(PATH, api("a"));
    server.fail(500, 500);
    await follow().synced;

    assert.equal(errors.length, 2);
    assert.deepEqual(
      errors.map(({ error }) => (error as { code?: number }).code),
      [500, 500],
    );
    assert.deepEqual(seen, ['a {"port":8080}']);
  });

  it("goes on after a watch was refused", async () => {
    await follow().synced;
    await watching();
    server.fail(503);
    server.endWatches();
    await eventually("the failure is told", () => errors.length === 1);
    await watching();

    server.put(PATH, api("a"));
    await told('a {"port":8080}');
  });

  it("resumes from where it was when the server ends a watch, without a new list", async () => {
    await follow().synced;
    await watching();
    server.put(PATH, api("a"));
    await told('a {"port":8080}');

    server.endWatches();
    await eventually("the watch is open again", () => watches().length === 2 && server.watching === 1);
    server.put(PATH, api("b"));
    await told('b {"port":8080}');

    assert.equal(lists().length, 1);
    assert.match(watches()[1] ?? "", /resourceVersion=1(&|$)/);
    assert.deepEqual(errors, []);
  });

  it("resumes after a connection was cut off, and misses nothing of the time between", async () => {
    await follow().synced;
    await watching();
    server.dropWatches();
    server.put(PATH, api("a"));
    server.put(PATH, api("a", 9090));

    await told('a {"port":9090}');
    assert.deepEqual(seen, ['a {"port":8080}', 'a {"port":9090}']);
    assert.equal(lists().length, 1);
  });

  it("lists anew when it has been away too long, and sees what was deleted meanwhile", async () => {
    server.put(PATH, api("a"));
    server.put(PATH, api("b"));
    const followed = follow();
    await followed.synced;
    await watching();

    server.fail(503, 503);
    server.endWatches();
    await eventually("the failure is told", () => errors.length === 1);
    server.remove(PATH, api("a"));
    server.put(PATH, api("c"));
    server.compact();

    await told("a deleted");
    await told('c {"port":8080}');
    assert.equal(lists().length, 2);
    assert.equal(followed.get("components", "a"), undefined);
  });

  it("asks the server to end each watch, so that a dead connection is noticed", async () => {
    await follow().synced;
    await watching();

    const seconds = Number(/timeoutSeconds=(\d+)/.exec(watches()[0] ?? "")?.[1]);
    assert.ok(seconds >= 300 && seconds <= 600);
    assert.match(watches()[0] ?? "", /allowWatchBookmarks=true/);
  });

  it("does not wait longer and longer after cuts that lie apart", async () => {
    await follow().synced;
    for (let cut = 0; cut < 6; cut++) {
      await watching();
      server.put(PATH, api("a", cut));
      await told(`a {"port":${cut}}`);
      server.dropWatches();
      await eventually("the cut is told", () => errors.length === cut + 1);
    }

    for (const { retryIn } of errors) assert.ok(retryIn <= 200, `${retryIn} ms`);
  });

  it("goes on after credentials could not be had for a watch", async () => {
    const config = server.kubeConfig;
    const apply = config.applyToFetchOptions.bind(config);
    let refusals = 1;
    config.applyToFetchOptions = (options) =>
      refusals-- > 0 ? Promise.reject(new Error("no token")) : apply(options);
    await follow(config).synced;
    await watching();

    assert.deepEqual(
      errors.map(({ error }) => (error as Error).message),
      ["no token"],
    );
  });

  it("keeps of each object only what it was asked to, of lists and of watches", async () => {
    server.put(PATH, api("a"));
    const keep = ({ metadata }: Stored): Stored => ({ metadata: metadata ?? {} });
    const followed = follow(server.kubeConfig, { keep });
    await followed.synced;
    await watching();
    server.put(PATH, api("b"));
    await told("b undefined");

    for (const name of ["a", "b"]) assert.equal(followed.get("components", name)?.spec, undefined);
  });

  for (const status of [403, 404]) {
    it(`goes on without an optional collection that is answered with ${status}, and finds it later`, async () => {
      server.put(PATH, api("a"));
      server.fail(status);
      const followed = follow(server.kubeConfig, { optional: true });
      await followed.synced;
      assert.equal(followed.hasList, false);
      assert.equal(followed.absence, status === 404 ? "not served" : "forbidden");

      await told('a {"port":8080}');
      await eventually("the list is there", () => followed.hasList);
      assert.equal(followed.absence, undefined);
    });
  }

  it("leaves a while between watches that the server ends at once", async () => {
    await follow().synced;
    await watching();
    const begun = Date.now();
    for (let end = 2; end <= 4; end++) {
      server.endWatches();
      await eventually(`watch ${end} is open`, () => watches().length === end && server.watching === 1);
    }
    assert.ok(Date.now() - begun >= 1_000, "three watches in less than a second");
    assert.deepEqual(errors, []);
  });

  it("gives a watch up that does not open, and opens another", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      server.holdWatches();
      const followed = follow();
      await eventually("a watch is asked for", () => watches().length === 1);
      mock.timers.tick(30_000);
      assert.match((errors[0]?.error as Error).message, /did not open within 30 s/);

      server.holdWatches(false);
      mock.timers.tick(200);
      await watching();
      server.put(PATH, api("a"));
      await told('a {"port":8080}');
      assert.equal(followed.hasList, true);
    } finally {
      mock.timers.reset();
    }
  });

  it("says that it may be behind from a cut on until it follows again", async () => {
    const followed = follow();
    assert.equal(followed.isCurrent, false);
    await followed.synced;
    await watching();
    assert.equal(followed.isCurrent, true);

    server.fail(503, 503);
    server.dropWatches();
    await eventually("the cut is told", () => errors.length === 1);
    assert.equal(followed.isCurrent, false);
    assert.equal(followed.hasList, true);
    await watching();
    await eventually("it follows again", () => followed.isCurrent);
  });

  it("says each time that it follows again, and has the cache filled by then", async () => {
    server.put(PATH, api("a"));
    const current: unknown[] = [];
    const followed = follow(server.kubeConfig, {
      onCurrent: () => current.push(followed.get("components", "a")?.spec),
    });
    await followed.synced;
    await watching();
    server.endWatches();
    await eventually("another watch is open", () => watches().length === 2 && server.watching === 1);
    assert.deepEqual(current, [{ port: 8080 }]);

    server.dropWatches();
    await eventually("it follows again", () => current.length === 2);
  });

  it("tells nothing of a list that comes after it was stopped", async () => {
    server.put(PATH, api("a"));
    const followed = follow();
    followed.stop();
    await eventually("the list was asked for", () => lists().length === 1);
    await list();
    assert.deepEqual(seen, []);
  });

  it("stops for good, even while it waits to try again", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      server.fail(500);
      const followed = follow();
      await eventually("the failure is told", () => errors.length === 1);

      followed.stop();
      followed.start();
      mock.timers.tick(60_000);

      // A try would have come before this request.
      await list();
      assert.equal(lists().length, 2);
    } finally {
      mock.timers.reset();
    }
  });

  it("ends its watch when it is stopped, and calls that no error", async () => {
    const followed = follow();
    await followed.synced;
    await watching();

    followed.stop();

    await eventually("the watch is closed", () => server.watching === 0);
    server.put(PATH, api("late"));
    assert.deepEqual(seen, []);
    assert.deepEqual(errors, []);
  });
});
