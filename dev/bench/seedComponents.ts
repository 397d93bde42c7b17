// The Components of seeded APIs, and the summary of their APIs in their status.
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { type OwnerReference } from "../../components";
import { type Clients } from "../../watcher/kube/client";
import { type ApiObject } from "../../watcher/kube/objects";
import { until } from "../until";
import { NAMESPACE, WATCHER_MANAGER } from "./installation";
import { inParallel } from "./parallel";
import { replaced } from "./replaced";

const COMPONENTS = { group: "oda.tmforum.org", version: "v1", plural: "components" } as const;
const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** APIs of one Component. */
const MEMBERS = 5;

/** Requests at a time. */
const PARALLEL = 16;

/** An entry of `status.coreAPIs`. */
type Entry = Readonly<Record<string, unknown>>;

interface ComponentObject {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly coreAPIs?: readonly Entry[] };
}

/** Components that declare APIs and own them. */
export class SeedComponents {
  /** By the name of each API. */
  private readonly owners = new Map<string, OwnerReference>();

  private constructor(
    private readonly clients: Clients,
    /** The names of each Component's APIs, by the name of the Component. */
    private readonly members: ReadonlyMap<string, readonly string[]>,
  ) {}

  /** Creates the Components of APIs that are yet to be made. */
  static async create(clients: Clients, apis: readonly string[]): Promise<SeedComponents> {
    const members = new Map<string, readonly string[]>();
    for (let index = 0; index < apis.length; index += MEMBERS) {
      members.set(`component-${index / MEMBERS}`, apis.slice(index, index + MEMBERS));
    }
    const components = new SeedComponents(clients, members);
    await inParallel([...members.keys()], PARALLEL, (name) => components.createOne(name));
    return components;
  }

  /** The Component that owns an API. */
  ownerOf(api: string): OwnerReference {
    const owner = this.owners.get(api);
    if (owner === undefined) throw new Error(`no Component declares ${api}`);
    return owner;
  }

  /** The entry of an API in its Component's status, once it tells of a served and ready one. */
  async entryOf(api: string): Promise<Entry> {
    return until(`the Component of ${api} lists it`, async () => {
      const component = (await this.clients.objects.getNamespacedCustomObject({
        ...COMPONENTS,
        namespace: NAMESPACE,
        name: this.ownerOf(api).name,
      })) as ComponentObject;
      return component.status?.coreAPIs?.find(
        ({ name, url, ready }) => name === api && url !== undefined && ready === true,
      );
    });
  }

  /** Lists all APIs as one of them is listed. */
  async list(like: Entry, original: ApiObject, uids: ReadonlyMap<string, string>): Promise<void> {
    const { name: from = "", uid = "" } = original.metadata ?? {};
    const entry = (api: string): Entry => replaced(like, { [uid]: uids.get(api) ?? "", [from]: api });
    await inParallel([...this.members], PARALLEL, async ([name, apis]) => {
      await this.clients.objects.patchNamespacedCustomObject(
        {
          ...COMPONENTS,
          namespace: NAMESPACE,
          name,
          body: { status: { coreAPIs: apis.map(entry) } },
          fieldManager: WATCHER_MANAGER,
        },
        mergePatch,
      );
    });
  }

  private async createOne(name: string): Promise<void> {
    const apiVersion = `${COMPONENTS.group}/${COMPONENTS.version}`;
    const apis = this.members.get(name) ?? [];
    const created = (await this.clients.objects.createNamespacedCustomObject({
      ...COMPONENTS,
      namespace: NAMESPACE,
      body: {
        apiVersion,
        kind: "Component",
        metadata: { name, namespace: NAMESPACE },
        spec: { coreFunction: { exposedAPIs: apis.map((api) => ({ name: api })) } },
      },
    })) as ComponentObject;
    const owner = { apiVersion, kind: "Component", name, uid: created.metadata.uid };
    for (const api of apis) this.owners.set(api, owner);
  }
}
