import assert from "node:assert/strict";
import { keepComponent, ownerOf, type ComponentObject } from "../../../watcher/componentSummary/component";
import { changedLists, type ChangedLists } from "../../../watcher/componentSummary/summary";
import { type ApiObject } from "../../../watcher/kube/objects";
import { announced, api, component, entry } from "./examples";

/** What must change where these are all the APIs there are, and those of `left` went. */
function changes(
  of: ComponentObject,
  own: readonly ApiObject[],
  left: readonly string[] = [],
): ChangedLists | undefined {
  return changedLists(of, {
    own,
    exists: (uid) => own.some(({ metadata }) => metadata?.uid === uid),
    left: (uid) => left.includes(uid),
  });
}

describe("The summary in a Component's status", () => {
  it("has nothing to say of a Component without APIs", () => {
    assert.equal(changes(component(), []), undefined);
    assert.equal(changes(component({ coreAPIs: [], other: 1 }), []), undefined);
  });

  it("lists each API under its segment", () => {
    const own = [
      api("catalog", { segment: "coreFunction" }),
      api("metrics", { segment: "managementFunction" }),
      api("party", { segment: "securityFunction", developerUI: "https://host/docs" }),
    ];
    assert.deepEqual(changes(component(), own), {
      coreAPIs: [entry("catalog")],
      managementAPIs: [entry("metrics")],
      securityAPIs: [entry("party", { developerUI: "https://host/docs" })],
    });
  });

  it("takes an API without a segment for one of the core", () => {
    assert.deepEqual(changes(component(), [api("catalog")]), { coreAPIs: [entry("catalog")] });
  });

  it("fills in an entry that the component operator made, and keeps the other fields in it", () => {
    const status = { coreAPIs: [{ ...announced("catalog"), ip: "10.0.0.1", name: "as-announced" }] };
    assert.deepEqual(changes(component(status), [api("catalog")]), {
      coreAPIs: [entry("catalog", { ip: "10.0.0.1", name: "as-announced" })],
    });
  });

  it("names an entry that has no name", () => {
    const status = { coreAPIs: [{ uid: "uid-catalog" }] };
    assert.deepEqual(changes(component(status), [api("catalog")]), { coreAPIs: [entry("catalog")] });
  });

  it("changes nothing where all is said", () => {
    const status = { coreAPIs: [{ ...entry("catalog"), port: 8080 }], managementAPIs: [] };
    assert.equal(changes(component(status), [api("catalog")]), undefined);
  });

  it("changes only the lists that differ", () => {
    const status = { coreAPIs: [entry("catalog")], securityAPIs: [announced("party")] };
    const own = [api("catalog"), api("party", { segment: "securityFunction" })];
    assert.deepEqual(changes(component(status), own), { securityAPIs: [entry("party")] });
  });

  it("follows readiness and the URL, both ways", () => {
    const status = { coreAPIs: [entry("catalog", { developerUI: "https://host/docs" })] };
    assert.deepEqual(changes(component(status), [api("catalog", { ready: false, url: undefined })]), {
      coreAPIs: [announced("catalog")],
    });
    assert.deepEqual(changes(component({ coreAPIs: [announced("catalog")] }), [api("catalog")]), {
      coreAPIs: [entry("catalog")],
    });
  });

  it("says ready where the component operator would, or the two would go on correcting each other", () => {
    const ready = { coreAPIs: [{ ...announced("catalog"), ready: true }] };
    assert.deepEqual(changes(component(), [api("catalog", { url: undefined })]), ready);
    assert.deepEqual(changes(component(), [api("catalog", { served: false })]), {
      coreAPIs: [announced("catalog")],
    });
  });

  it("takes nothing of another shape for a URL or for ready", () => {
    const odd: ApiObject = {
      ...api("catalog"),
      status: { apiStatus: { url: 5, developerUI: {} }, implementation: { ready: "true" } },
    };
    assert.deepEqual(changes(component(), [odd]), { coreAPIs: [announced("catalog")] });
    assert.deepEqual(changes(component(), [{ ...odd, status: { apiStatus: "x", implementation: 1 } }]), {
      coreAPIs: [announced("catalog")],
    });
  });

  it("keeps entries in their order, and adds new ones by name", () => {
    const status = { coreAPIs: [announced("z"), announced("a")] };
    const lists = changes(component(status), [api("a"), api("d"), api("c"), api("z")]);
    assert.deepEqual(lists?.coreAPIs, [entry("z"), entry("a"), entry("c"), entry("d")]);
  });

  it("keeps an entry once where it is there twice", () => {
    const status = { coreAPIs: [announced("a"), announced("b"), announced("a")] };
    assert.deepEqual(changes(component(status), [api("a"), api("b")]), {
      coreAPIs: [entry("a"), entry("b")],
    });
  });

  describe("of another segment than before", () => {
    it("moves the entry with all its fields", () => {
      const status = { coreAPIs: [{ ...entry("metrics"), port: 4000 }, entry("catalog")] };
      const own = [api("metrics", { segment: "managementFunction" }), api("catalog")];
      assert.deepEqual(changes(component(status), own), {
        coreAPIs: [entry("catalog")],
        managementAPIs: [entry("metrics", { port: 4000 })],
      });
    });

    it("makes one entry of the old one and one that the component operator made in the new list", () => {
      const status = {
        coreAPIs: [entry("metrics")],
        managementAPIs: [announced("metrics"), announced("other")],
      };
      assert.deepEqual(changes(component(status), [api("metrics", { segment: "managementFunction" })]), {
        coreAPIs: [],
        managementAPIs: [entry("metrics"), announced("other")],
      });
    });

    it("leaves the entry of an API without a segment where it is", () => {
      const status = { securityAPIs: [announced("party")] };
      assert.deepEqual(changes(component(status), [api("party")]), { securityAPIs: [entry("party")] });
    });
  });

  describe("of a Component that declares its APIs", () => {
    const declared = { coreFunction: ["catalog"], securityFunction: ["party"] };

    it("follows the declaration where the API says nothing, or the CRD's default", () => {
      for (const segment of [undefined, "coreFunction"]) {
        const own = [api("party", segment === undefined ? {} : { segment })];
        assert.deepEqual(changes(component(undefined, declared), own), { securityAPIs: [entry("party")] });
        const announcedOne = component({ securityAPIs: [announced("party")] }, declared);
        assert.deepEqual(changes(announcedOne, own), { securityAPIs: [entry("party")] });
      }
    });

    it("moves an entry when the declaration moves", () => {
      const moved = { coreFunction: ["catalog", "party"], securityFunction: [] };
      const status = { securityAPIs: [entry("party")] };
      assert.deepEqual(changes(component(status, moved), [api("party")]), {
        coreAPIs: [entry("party")],
        securityAPIs: [],
      });
    });

    it("lets the API choose between segments that both declare it", () => {
      const both = { coreFunction: ["party"], securityFunction: ["party"] };
      const own = [api("party", { segment: "securityFunction" })];
      assert.deepEqual(changes(component(undefined, both), own), { securityAPIs: [entry("party")] });
      const status = { securityAPIs: [announced("party")] };
      assert.deepEqual(changes(component(status, both), [api("party")]), { securityAPIs: [entry("party")] });
    });

    it("announces no API that it does not declare: the component operator would delete it", () => {
      const own = [api("by-hand", { segment: "managementFunction" })];
      assert.equal(changes(component(undefined, declared), own), undefined);
      assert.deepEqual(changes(component({ coreAPIs: [announced("by-hand")] }, declared), own), {
        coreAPIs: [entry("by-hand")],
      });
    });
  });

  describe("of APIs that go", () => {
    it("drops the entry of one that went, whatever is in it", () => {
      const status = { coreAPIs: [announced("gone"), entry("catalog")], securityAPIs: [entry("gone")] };
      assert.deepEqual(changes(component(status), [api("catalog")], ["uid-gone"]), {
        coreAPIs: [entry("catalog")],
        securityAPIs: [],
      });
    });

    it("drops an entry with a URL that belongs to no API: it went while nobody looked", () => {
      const status = { managementAPIs: [entry("gone"), announced("coming")] };
      assert.deepEqual(changes(component(status), []), { managementAPIs: [announced("coming")] });
    });

    it("keeps the entry of an API that is another's", () => {
      const status = { coreAPIs: [entry("foreign")] };
      const lists = changedLists(component(status), { own: [], exists: () => true, left: () => false });
      assert.equal(lists, undefined);
    });

    it("keeps the entry of an API that is being deleted, and makes none", () => {
      const leaving = api("catalog", { deleting: true, ready: false });
      assert.deepEqual(changes(component({ coreAPIs: [entry("catalog")] }), [leaving]), {
        coreAPIs: [entry("catalog", { ready: false })],
      });
      assert.equal(changes(component(), [leaving]), undefined);
    });
  });

  it("keeps what is no entry", () => {
    const strange = ["text", null, 5, ["list"], {}, { uid: 7, url: "https://host" }];
    const lists = changes(component({ coreAPIs: strange }), [api("catalog")]);
    assert.deepEqual(lists, { coreAPIs: [...strange, entry("catalog")] });
  });

  it("leaves a list of another shape alone", () => {
    const status = {
      coreAPIs: { catalog: announced("catalog") },
      securityAPIs: "none",
      managementAPIs: null,
    };
    const own = [api("catalog"), api("metrics", { segment: "managementFunction" })];
    assert.deepEqual(changes(component(status), own), { managementAPIs: [entry("metrics")] });
  });

  it("bears a status and a spec of any shape", () => {
    for (const odd of [undefined, null, 5, "text", []]) {
      assert.deepEqual(changes({ ...component(), status: odd, spec: odd }, [api("catalog")]), {
        coreAPIs: [entry("catalog")],
      });
    }
    const spec = { coreFunction: { exposedAPIs: [null, { name: 5 }, "x"] }, securityFunction: [] };
    assert.deepEqual(changes({ ...component(), spec }, [api("catalog")]), { coreAPIs: [entry("catalog")] });
  });
});

describe("What is kept of a Component", () => {
  const full: ComponentObject = {
    ...component({ coreAPIs: [announced("catalog")], "summary/status": { big: "x" } }),
    spec: { coreFunction: { exposedAPIs: [{ name: "catalog", port: 8080 }] }, eventNotification: {} },
  };

  it("is its identity, the names it declares and its lists", () => {
    const metadata = Object.assign({}, full.metadata, { labels: { a: "b" }, managedFields: [] });
    assert.deepEqual(keepComponent({ ...full, metadata }), {
      metadata: full.metadata,
      spec: {
        coreFunction: { exposedAPIs: [{ name: "catalog" }] },
        managementFunction: { exposedAPIs: [] },
        securityFunction: { exposedAPIs: [] },
      },
      status: { coreAPIs: [announced("catalog")] },
    });
  });

  it("gives the same summary as the whole", () => {
    const own = [api("catalog"), api("other")];
    assert.deepEqual(changes(keepComponent(full), own), changes(full, own));
  });

  it("says that it is being deleted", () => {
    const deletionTimestamp = new Date(0);
    const metadata = Object.assign({}, full.metadata, { deletionTimestamp });
    assert.equal(keepComponent({ ...full, metadata }).metadata?.deletionTimestamp, deletionTimestamp);
  });

  it("is little where there is little", () => {
    const { metadata, status } = keepComponent({});
    assert.deepEqual(metadata, { name: "", namespace: "", uid: "", resourceVersion: "" });
    assert.deepEqual(status, {});
  });
});

describe("The Component that owns an API", () => {
  const owned = (apiVersion: string, kind: string): ApiObject => ({
    metadata: {
      namespace: "components",
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "uid-d" },
        { apiVersion, kind, name: "shop", uid: "uid-shop" },
      ],
    },
  });

  it("is found among the owner references by kind and group", () => {
    const found = { component: "components/components/shop", uid: "uid-shop" };
    assert.deepEqual(ownerOf(owned("oda.tmforum.org/v1beta3", "Component")), found);
    assert.deepEqual(ownerOf(owned("oda.tmforum.org/v1alpha1", "component")), found);
  });

  it("is no Component of another group, and no other kind", () => {
    assert.equal(ownerOf(owned("core.cs.sap.com/v1", "Component")), undefined);
    assert.equal(ownerOf(owned("oda.tmforum.org/v1", "DependentAPI")), undefined);
    assert.equal(ownerOf({ metadata: {} }), undefined);
  });
});
