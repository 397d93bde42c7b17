// Reads and writes Components. A write is read back at once, even before the informer has seen it.
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { GROUP } from "../../spec";
import { Collection } from "../kube/collection";
import { type ComponentResource } from "../kube/discovery";
import { splitKey, type ObjectKey } from "../kube/objects";
import { OwnWrites } from "../kube/ownWrites";
import { customInformer, type Handlers, type SourceContext } from "../sources";
import { COMPONENTS, keepComponent, type ComponentObject } from "./component";
import { type ChangedLists } from "./summary";

/** Field manager of the lists. */
const FIELD_MANAGER = "oda-api-watcher";

/** The Components of the followed namespaces. */
export class Components {
  private readonly objects: Collection<ComponentObject>;
  private readonly writes = new OwnWrites<ComponentObject>();

  constructor(
    private readonly context: SourceContext,
    private readonly resource: ComponentResource,
    namespaces: readonly string[] | undefined,
    handlers: Handlers<ComponentObject>,
  ) {
    const path = { group: GROUP, version: resource.version, plural: COMPONENTS };
    this.objects = new Collection(namespaces, (namespace) =>
      customInformer(context, path, namespace, { ...handlers, keep: keepComponent, optional: true }),
    );
  }

  /** Begins to follow. Handlers are told of every Component as soon as the cache has it. */
  start(): void {
    void this.objects.start();
  }

  stop(): void {
    this.objects.stop();
  }

  /** The newest known state of a Component, or undefined when it does not exist. */
  get(key: ObjectKey): ComponentObject | undefined {
    const { namespace, name } = splitKey(key);
    return this.writes.latest(key, this.objects.get(namespace, name));
  }

  /**
   * Replaces lists of a Component's status, provided that nobody has changed it since it was read.
   *
   * @throws the client's `ApiException`: 404 when the Component is gone, 409 when it has changed.
   */
  async writeLists(key: ObjectKey, component: ComponentObject, lists: ChangedLists): Promise<void> {
    const { objects } = this.context.clients;
    const { namespace, name } = splitKey(key);
    const { resourceVersion } = component.metadata ?? {};
    const request = {
      group: GROUP,
      version: this.resource.version,
      namespace,
      plural: COMPONENTS,
      name,
      body: { metadata: { resourceVersion }, status: lists },
      fieldManager: FIELD_MANAGER,
    };
    const answer: unknown = this.resource.statusSubresource
      ? await objects.patchNamespacedCustomObjectStatus(request, mergePatch)
      : await objects.patchNamespacedCustomObject(request, mergePatch);
    this.writes.keep(key, keepComponent(answer as ComponentObject));
  }
}

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
