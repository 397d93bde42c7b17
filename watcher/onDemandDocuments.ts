// Documents of APIs, for as long as any API asks for one: where none does, nothing of what reads them is loaded.
import { type Documents } from "./documents";
import { type ApiDocuments } from "./evaluator";

/** Makes what reads documents when the first is asked for. */
export class OnDemandDocuments implements ApiDocuments {
  private documents: (ApiDocuments & Pick<Documents, "stop">) | undefined;

  constructor(private readonly create: () => ApiDocuments & Pick<Documents, "stop">) {}

  /** See {@link Documents.of}. */
  of(...api: Parameters<Documents["of"]>): ReturnType<Documents["of"]> {
    this.documents ??= this.create();
    return this.documents.of(...api);
  }

  /** See {@link Documents.text}. */
  text(digest: string): Promise<string> {
    this.documents ??= this.create();
    return this.documents.text(digest);
  }

  /** See {@link Documents.forget}. */
  forget(key: string): void {
    this.documents?.forget(key);
  }

  /** See {@link Documents.stop}. */
  async stop(): Promise<void> {
    await this.documents?.stop();
  }
}
