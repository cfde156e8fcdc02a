import type { z } from 'zod';
import type { TxCtx } from '#server/context/context.ts';
import type { JsonObject, StoredEvent } from './stored-event.ts';

/** `guildhall`: our own commands. `producer`: machines that send through `POST /events`. */
export type Producer = 'guildhall' | 'producer';

/** Turns an event's data of one version into the next version's. Pure; never changes what it is given. */
export type Upcaster = (data: JsonObject) => JsonObject;

export interface EventType<Data extends z.ZodObject = z.ZodObject> {
  type: string;
  version: number;
  producers: readonly Producer[];
  data: Data;
  /** By the version that is read: `{ 1: one => two, 2: two => three }` for a type at version 3. */
  upcasters: Readonly<Record<number, Upcaster>>;
}

/**
 * Declares an event type. Content is closed: the schema must be a `z.strictObject`.
 * @throws Error when a version below the newest has no upcaster: its events could not be read any more.
 */
export function defineEvent<Data extends z.ZodObject>(declaration: {
  type: string;
  version: number;
  producers: readonly Producer[];
  data: Data;
  upcasters?: Readonly<Record<number, Upcaster>>;
}): EventType<Data> {
  const definition = { ...declaration, upcasters: declaration.upcasters ?? {} };
  if (!/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/.test(definition.type)) throw new Error(`bad event type: ${definition.type}`);
  for (let version = 1; version < definition.version; version += 1) {
    if (!definition.upcasters[version]) throw new Error(`${definition.type} has no upcaster from version ${version}`);
  }
  defined.set(definition.type, definition);
  return definition;
}

// What a command appends it has imported, so every type that is needed is here without a list that all domains must share.
const defined = new Map<string, EventType>();

/** The newest version of a type that this process knows. */
export const findEventType = (type: string): EventType | null => defined.get(type) ?? null;

/** A subscription that keeps a read model. `apply` gets events in order and writes in the checkpoint's transaction. */
export interface Projection {
  kind: 'projection';
  name: string;
  types: readonly string[];
  /** Readers working side by side, each with the streams whose hash falls to it. 1 unless said. */
  lanes: number;
  apply(ctx: TxCtx, events: StoredEvent[]): Promise<void>;
}

/** A job that an event causes. Enqueued in the checkpoint's transaction, once for each event. */
export interface Reaction {
  kind: 'reaction';
  name: string;
  types: readonly string[];
  lanes: number;
  queue: string;
  /** Jobs of one key run in order. Needed for queues that are strict per record. */
  key?: ((event: StoredEvent) => string) | undefined;
  /** Ids and sealed values only. `null`: this event causes nothing. */
  payload(event: StoredEvent): JsonObject | null;
}

export type Subscription = Projection | Reaction;

export function defineProjection(declaration: Omit<Projection, 'kind' | 'lanes'> & { lanes?: number }): Projection {
  return { ...declaration, kind: 'projection', lanes: declaration.lanes ?? 1 };
}

export function defineReaction(declaration: Omit<Reaction, 'kind' | 'lanes'> & { lanes?: number }): Reaction {
  return { ...declaration, kind: 'reaction', lanes: declaration.lanes ?? 1 };
}
