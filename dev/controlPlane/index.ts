export { startControlPlane, type ControlPlane, type ControlPlaneOptions } from "./controlPlane";
