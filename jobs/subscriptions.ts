import type { EventType, Projection, Reaction } from '#server/events/define.ts';
import { eventCatalogue } from '#server/events/registry.ts';

/** Every event type, for the registry. */
export const events: readonly EventType[] = eventCatalogue([]);

/** Readers that keep read models. */
export const projections: readonly Projection[] = [];

/** Readers that turn events into jobs. */
export const reactions: readonly Reaction[] = [];
