export { ComponentSummaries, type ComponentSummariesOptions } from "./componentSummaries";
