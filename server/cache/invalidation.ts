import type { StoredEvent } from '#server/events/stored-event.ts';

export interface Stale {
  keys: string[];
  tags: string[];
}

interface Rule {
  /** Event types that begin so. */
  prefix: string;
  keys?: (event: StoredEvent) => string[];
  tags?: (event: StoredEvent) => string[];
}

const ofMember = (event: StoredEvent) =>
  typeof event.data.memberId === 'string' ? [`member:${event.data.memberId}`] : [];

/**
 * What an event makes wrong in the caches of processes that did not write it. The one that did drops its keys itself, right
 * after the commit; the others do as they see the event, so no notice per write is needed.
 */
const rules: readonly Rule[] = [
  { prefix: 'member.', keys: ofMember },
  { prefix: 'membership.', keys: ofMember },
];

export function staleBy(events: readonly StoredEvent[]): Stale {
  const keys = new Set<string>();
  const tags = new Set<string>();
  for (const event of events) {
    for (const rule of rules) {
      if (!event.type.startsWith(rule.prefix)) continue;
      for (const key of rule.keys?.(event) ?? []) keys.add(key);
      for (const tag of rule.tags?.(event) ?? []) tags.add(tag);
    }
  }
  return { keys: [...keys], tags: [...tags] };
}
