// Exposes an API through the WhaleCloud API gateway.
import * as pulumi from "@pulumi/pulumi";
import { InvalidSpecError } from "../../spec";
import { type GatewayArgs, type GatewayBinding, type GatewayComponent } from "../gateway";
import { type ObjectVersions } from "../ownedObject";
import { ApiRegistration } from "./registration";
import { type WhalecloudApigSettings } from "./settings";
import { documentUrl, specErrors } from "./specification";

/** Arguments of {@link WhalecloudApigGateway}. */
export type WhalecloudApigGatewayArgs = GatewayArgs<WhalecloudApigSettings>;

/**
 * The registration of one API at the gateway, which reads the API's document from its URL, and sends the requests on its
 * path to the implementation's Service.
 */
export class WhalecloudApigGateway extends pulumi.ComponentResource implements GatewayComponent {
  /** The gateway gives out no ids: the name of the API, by which it was told of it. */
  readonly routeUid: pulumi.Output<string>;
  /** It has no objects in the cluster. */
  readonly versions = pulumi.output<ObjectVersions>({});
  /** `status.apigBind`, as TM Forum's operator writes it. */
  readonly binding: pulumi.Output<GatewayBinding>;
  readonly registration: ApiRegistration;

  /** @throws InvalidSpecError where the API has no document that the gateway can read. */
  constructor(name: string, args: WhalecloudApigGatewayArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:whalecloudApig:WhalecloudApigGateway", name, {}, options);
    const { api, settings } = args;
    const { endpoint, timeout, mock, absentCodes = [] } = settings;
    const specification = documentUrl(api);
    if (specification === undefined) throw new InvalidSpecError(specErrors(api));
    const { path, implementation, port } = api;
    this.registration = new ApiRegistration(
      name,
      { path, name: api.name, specification, implementation, port, endpoint, timeout, mock, absentCodes },
      { parent: this },
    );
    const { spec, response } = this.registration;
    this.routeUid = this.registration.id;
    this.binding = pulumi.all([spec, response]).apply(([told, answered]): GatewayBinding => ({
      field: "apigBind",
      value: { response: answered, spec: told },
    }));
    this.registerOutputs({ routeUid: this.routeUid });
  }
}
