import { type Requests } from "./audit";

/** All requests together, to two decimal places. */
export function totalRequests(requests: Requests): number {
  return Math.round(Object.values(requests).reduce((sum, number) => sum + number, 0) * 100) / 100;
}
