// The table.
import { type Row } from "../support/row";
import { backend } from "./backend";
import { composition } from "./composition";
import { custody } from "./custody";
import { drift } from "./drift";
import { failures } from "./failures";
import { identity } from "./identity";
import { lifecycle } from "./lifecycle";
import { providers } from "./providers";
import { replacement } from "./replacement";
import { secrets } from "./secrets";
import { values } from "./values";

/** Names are unique: a row is known by its name. */
export const rows: readonly Row[] = [
  ...lifecycle,
  ...replacement,
  ...composition,
  ...identity,
  ...custody,
  ...secrets,
  ...values,
  ...providers,
  ...failures,
  ...drift,
  ...backend,
];
