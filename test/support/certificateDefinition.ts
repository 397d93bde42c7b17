/** The kind Certificate of cert-manager, with the rules of its reference for the fields that are set here. */
import { type Manifest } from "../../dev/dataPlane";

const text = { type: "string", minLength: 1 };

export const certificateDefinition: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "certificates.cert-manager.io" },
  spec: {
    group: "cert-manager.io",
    names: { kind: "Certificate", plural: "certificates" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["issuerRef", "secretName"],
                properties: {
                  secretName: { ...text, maxLength: 253 },
                  dnsNames: { type: "array", minItems: 1, items: { ...text, maxLength: 253 } },
                  issuerRef: {
                    type: "object",
                    required: ["name"],
                    properties: { name: text, kind: { type: "string" }, group: { type: "string" } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
