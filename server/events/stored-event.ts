export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A property that is undefined is left out when it is written. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Who caused an event: ids only. */
export interface EventActor {
  kind: 'anonymous' | 'user' | 'client' | 'system';
  id: string | null;
}

/** An event as readers see it: in global order, data already in the newest version's shape. */
export interface StoredEvent {
  /** Gapless, from 1. */
  position: number;
  id: string;
  stream: string;
  /** Of the stream, from 1. */
  version: number;
  type: string;
  /** The version that was written; `data` is of the newest. */
  schemaVersion: number;
  data: JsonObject;
  correlationId: string;
  causationId: string | null;
  actor: EventActor;
  source: string;
  /** RFC 3339, UTC. */
  occurredAt: string;
  /** By the database's clock. RFC 3339, UTC, microseconds. */
  recordedAt: string;
}
