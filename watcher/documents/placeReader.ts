// Reads a document wherever it is: at a URL, in a ConfigMap, or in the object itself.
import { digestOf, DocumentError, DocumentReader, type DocumentLimits, type ReadDocument } from "../../stack";
import { messageOf } from "../kube/client";
import { type DocumentPlace } from "./namedDocument";

/** What documents are read with. */
export interface PlaceReaderOptions {
  readonly limits: DocumentLimits;
  /** The data of a ConfigMap; undefined where there is none. */
  readonly configMap: (
    namespace: string,
    name: string,
  ) => Promise<Readonly<Record<string, string>> | undefined>;
}

type ConfigMapKey = DocumentPlace & { readonly from: "configMap" };

/** Reads documents. */
export class PlaceReader {
  private readonly reader: DocumentReader;
  /** Texts of ConfigMaps that cannot be imported, by their digests, and why. */
  private readonly refused = new WeakMap<
    DocumentPlace,
    { readonly digest: string; readonly error: DocumentError }
  >();

  constructor(private readonly options: PlaceReaderOptions) {
    this.reader = new DocumentReader(options.limits);
  }

  /**
   * Reads a document.
   *
   * @param etag what the last good reading of the place gave
   * @returns undefined where it is the same still
   * @throws DocumentError whose message goes after the field.
   */
  read(place: DocumentPlace, etag: string | undefined): Promise<ReadDocument | undefined> {
    switch (place.from) {
      case "url":
        return this.reader.read({ from: "url", url: place.url }, etag);
      case "inline":
        return this.reader.read({ from: "text", text: place.text }, etag);
      case "configMap":
        return this.readConfigMap(place, etag);
    }
  }

  /** Reads nothing more. */
  stop(): Promise<void> {
    return this.reader.stop();
  }

  private async readConfigMap(
    place: ConfigMapKey,
    etag: string | undefined,
  ): Promise<ReadDocument | undefined> {
    const text = await this.textOf(place);
    // A text that was refused is looked at often, and need not be checked again.
    const digest = digestOf(text);
    const refused = this.refused.get(place);
    if (refused?.digest === digest) throw refused.error;
    try {
      return await this.reader.read({ from: "text", text }, etag);
    } catch (error) {
      if (error instanceof DocumentError && error.reason === "DocumentInvalid") {
        this.refused.set(place, { digest, error });
      }
      throw error;
    }
  }

  private async textOf({ namespace, name, key }: ConfigMapKey): Promise<string> {
    const data = await this.options.configMap(namespace, name).catch((error: unknown) => {
      throw unreadable(`ConfigMap ${name}: ${messageOf(error)}`);
    });
    const text = data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
    if (text !== undefined) return text;
    const missing =
      data === undefined ? `there is no ConfigMap ${name}` : `ConfigMap ${name} has no key ${key}`;
    throw unreadable(missing);
  }
}

function unreadable(why: string): DocumentError {
  return new DocumentError("DocumentUnavailable", `cannot be read: ${why}`);
}

/** Name and port of the host that is asked for a document; undefined where none is. */
export function hostOf(place: DocumentPlace): string | undefined {
  return place.from === "url" ? new URL(place.url).host : undefined;
}
