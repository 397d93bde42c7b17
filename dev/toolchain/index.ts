export { type Toolchain } from "./toolchain";
