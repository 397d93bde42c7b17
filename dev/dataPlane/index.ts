export { selfSigned, type ServerCertificate } from "./certificate";
export { startDataPlane, type DataPlane, type DataPlaneOptions } from "./dataPlane";
export { type GatewayWorkload } from "./envoy";
export { KeptConnection, send, type ClientRequest, type ClientResponse } from "./httpClient";
export { serve, serveImplementation, type LoopbackServer, type SeenRequest } from "./loopbackServer";
export { Objects, type Manifest } from "./objects";
export { TokenIssuer } from "./tokenIssuer";
