// Objects of the components as manifests.
import { type OwnedObject } from "../../../components";
import { type Manifest } from "../../../dev/dataPlane";

/** The object as a program of the engine declares it, but for the annotations of Pulumi's provider. */
export function manifestOf({ apiVersion, kind, namespace, name, fields }: OwnedObject): Manifest {
  return { apiVersion, kind, metadata: { namespace, name }, ...fields };
}
