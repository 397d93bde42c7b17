import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fieldsOf,
  LISTS,
  type ComponentObject,
  type ListName,
} from "../../../watcher/componentSummary/component";
import { changedLists, type KnownApis } from "../../../watcher/componentSummary/summary";
import { type ApiObject } from "../../../watcher/kube/objects";
import { announced, api, component, type Variation } from "./examples";

const segments = ["coreFunction", "managementFunction", "securityFunction"];
const names = ["a", "b", "c"];

/** What happens around a Component. */
type Step =
  | { readonly does: "changes"; readonly name: string; readonly as: Variation }
  | { readonly does: "goes"; readonly name: string; readonly noticed: boolean }
  | { readonly does: "is announced"; readonly name: string; readonly list: ListName }
  | { readonly does: "declares"; readonly name: string; readonly segment: string };

const nameOf = fc.constantFrom(...names);
const steps = fc.array(
  fc.oneof(
    fc.record({
      does: fc.constant("changes" as const),
      name: nameOf,
      as: fc.record(
        {
          segment: fc.constantFrom(...segments),
          url: fc.constantFrom(undefined, "https://one", "https://two"),
          ready: fc.boolean(),
          served: fc.boolean(),
          deleting: fc.boolean(),
        },
        { requiredKeys: ["url"] },
      ),
    }),
    fc.record({ does: fc.constant("goes" as const), name: nameOf, noticed: fc.boolean() }),
    fc.record({
      does: fc.constant("is announced" as const),
      name: nameOf,
      list: fc.constantFrom(...LISTS),
    }),
    fc.record({
      does: fc.constant("declares" as const),
      name: nameOf,
      segment: fc.constantFrom(...segments),
    }),
  ),
  { maxLength: 30 },
);

/** Entries of no API, in every list: announced ones, ones without a uid, and what is no entry. */
const foreign = fc.array(
  fc.oneof(
    fc.record({ name: fc.string(), uid: fc.uuid(), ready: fc.boolean(), own: fc.jsonValue() }),
    fc.record({ url: fc.webUrl() }),
    fc.constantFrom(null, 5, "text"),
  ),
  { maxLength: 4 },
);

/** A Component with everything around it. */
class Model {
  private readonly apis = new Map<string, ApiObject>();
  private readonly left = new Set<string>();
  private readonly declared = new Map<string, string[]>();
  private incarnation = 0;
  private status: Readonly<Record<string, readonly unknown[]>>;

  constructor(private readonly foreign: readonly (readonly unknown[])[]) {
    this.status = Object.fromEntries(LISTS.map((list, at) => [list, foreign[at] ?? []]));
  }

  take(step: Step): void {
    switch (step.does) {
      case "changes":
        this.change(step.name, step.as);
        break;
      case "goes":
        if (step.noticed) this.left.add(this.apis.get(step.name)?.metadata?.uid ?? "");
        this.apis.delete(step.name);
        break;
      case "is announced":
        this.announce(step.name, step.list);
        break;
      case "declares":
        this.declared.set(step.segment, [...(this.declared.get(step.segment) ?? []), step.name]);
    }
  }

  /** Brings the summary up to date, and checks what must hold then. */
  settle(): void {
    this.status = { ...this.status, ...changedLists(this.component, this.known) };
    assert.equal(changedLists(this.component, this.known), undefined, "nothing is left to change");
    this.left.clear();

    const uids = [...this.apis.values()].map(({ metadata }) => metadata?.uid);
    LISTS.forEach((list, at) => {
      const others = (this.status[list] ?? []).filter((entry) => !this.isOurs(entry));
      assert.deepEqual(others, this.foreign[at] ?? [], "entries of others are as they were");
    });
    const listed = LISTS.flatMap((list) => this.status[list] ?? []).map((entry) => fieldsOf(entry)["uid"]);
    for (const uid of uids)
      assert.ok(listed.filter((one) => one === uid).length <= 1, "an API is listed once");
    if (this.declared.size > 0) return;
    for (const { metadata } of this.apis.values()) {
      if (metadata?.deletionTimestamp === undefined)
        assert.ok(listed.includes(metadata?.uid), "an API is listed");
    }
  }

  private change(name: string, variation: Variation): void {
    const uid = this.apis.get(name)?.metadata?.uid ?? `uid-${name}-${this.incarnation++}`;
    this.apis.set(name, api(name, { ...variation, uid }));
  }

  private announce(name: string, to: ListName): void {
    const uid = this.apis.get(name)?.metadata?.uid;
    if (uid === undefined) return;
    this.status = { ...this.status, [to]: [...(this.status[to] ?? []), { ...announced(name), uid }] };
  }

  private get component(): ComponentObject {
    return component(this.status, Object.fromEntries(this.declared));
  }

  private get known(): KnownApis {
    const own = [...this.apis.values()];
    return {
      own,
      exists: (uid) => own.some(({ metadata }) => metadata?.uid === uid),
      left: (uid) => this.left.has(uid),
    };
  }

  private isOurs(entry: unknown): boolean {
    const { uid } = fieldsOf(entry);
    return typeof uid === "string" && uid.startsWith("uid-");
  }
}

describe("The summary, whatever happens", () => {
  it("lists every API once, is settled by one write, and keeps what others wrote", () => {
    fc.assert(
      fc.property(
        fc.array(foreign, { minLength: 3, maxLength: 3 }),
        steps,
        fc.infiniteStream(fc.boolean()),
        (others, all, writes) => {
          const model = new Model(others);
          for (const step of all) {
            model.take(step);
            // Changes are gathered: not every one is followed by a write.
            if (writes.next().value) model.settle();
          }
          model.settle();
        },
      ),
      { numRuns: 500 },
    );
  });
});
