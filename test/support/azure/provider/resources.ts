/** What the real provider does with each resource: create, read, update and delete in terms of ARM. */
import { ArmError, type ArmClient } from "./armClient";
import { bodyOf, idInputs, idOf, outputsOf, type Values } from "./kinds";
import { changed } from "./values";

/** A resource as the engine keeps it. */
export interface Kept {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** How a resource would change. */
export interface Difference {
  readonly changes: readonly string[];
  readonly replaces: readonly string[];
}

/** An entity that was made and is not as it should be: the engine keeps it, and updates it in the next run. */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly kept: Kept,
  ) {
    super(message);
  }
}

export class Resources {
  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
  ) {}

  async create(urn: string, inputs: Values): Promise<Kept> {
    const id = idOf(urn, this.subscriptionId, inputs);
    await this.arm.mustBeNew(id);
    return this.write(urn, id, inputs);
  }

  async update(urn: string, inputs: Values): Promise<Kept> {
    return this.write(urn, idOf(urn, this.subscriptionId, inputs), inputs);
  }

  /** The resource as it is now; undefined when it is gone. What others changed becomes inputs. */
  async read(urn: string, before: Kept): Promise<Kept | undefined> {
    const answer = await this.arm.get(before.id);
    if (answer === undefined) return undefined;
    const outputs = outputsOf(urn, answer);
    const left = [...idInputs(urn), "name", "type", "azureApiVersion"];
    const inputs: Record<string, unknown> = { ...before.inputs };
    for (const name of changed(before.outputs, outputs).filter((one) => !left.includes(one))) {
      if (outputs[name] === undefined) Reflect.deleteProperty(inputs, name);
      else inputs[name] = outputs[name];
    }
    return { id: before.id, inputs, outputs };
  }

  async delete(id: string): Promise<void> {
    await this.arm.delete(id);
  }

  diff(urn: string, before: Values, after: Values): Difference {
    const changes = changed(before, after);
    return { changes, replaces: changes.filter((name) => idInputs(urn).includes(name)) };
  }

  private async write(urn: string, id: string, inputs: Values): Promise<Kept> {
    try {
      await this.arm.put(id, bodyOf(urn, inputs));
    } catch (error) {
      if (!(error instanceof ArmError) || !error.accepted) throw error;
      const found = await this.arm.get(id);
      if (found === undefined) {
        const missing = 'Status=404 Code="ResourceNotFound" Message="Entity not found."';
        throw new Error(`resource partially created but read failed ${missing}: ${error.message}`, {
          cause: error,
        });
      }
      throw new PartialFailure(error.message, { id, inputs, outputs: outputsOf(urn, found) });
    }
    const answer = await this.arm.get(id);
    return { id, inputs, outputs: answer === undefined ? {} : outputsOf(urn, answer) };
  }
}
