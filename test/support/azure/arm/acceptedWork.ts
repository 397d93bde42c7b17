/** Work that takes its time: it is accepted with 202, and its outcome is had at the address in `Location`. */
import { type Answer } from "./http";
import { Refusal } from "./refusal";

/** How often the outcome is asked for in vain. */
const POLLS = 1;

export class AcceptedWork {
  private readonly work: { left: number; readonly outcome: Answer }[] = [];

  /** Accepts a request whose outcome is known already. */
  accept(outcome: Answer, url: URL, base: string): Answer {
    this.work.push({ left: POLLS, outcome });
    return { status: 202, location: addressOf(this.work.length - 1, url, base) };
  }

  /** The answer to a request for an outcome; undefined for any other request. */
  poll(url: URL, base: string): Answer | undefined {
    const id = url.searchParams.get("asyncId");
    if (id === null) return undefined;
    const work = this.work[Number(id)];
    if (work === undefined) throw new Refusal(404, "ResourceNotFound", "Operation not found.");
    if (work.left === 0) return work.outcome;
    work.left -= 1;
    return { status: 202, location: addressOf(Number(id), url, base) };
  }
}

function addressOf(id: number, { pathname, searchParams }: URL, base: string): string {
  const version = searchParams.get("api-version") ?? "";
  return `${base}${pathname}?api-version=${version}&asyncId=${id}`;
}
