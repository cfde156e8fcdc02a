import type { App } from '#server/context/app.ts';
import { fits, nextStretch, type Selection } from '#server/events/select.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import { tailOf } from './tail.ts';

export interface Following {
  /** A position: go on after it. Null: from now on. */
  after: number | null;
  selection: Selection;
  /** What a selection cannot say. */
  wants?: ((event: StoredEvent) => boolean) | undefined;
  signal: AbortSignal;
}

/** Events held for a reader that is slower than they come. One who falls further behind is sent away, to resume by position. */
const mostHeld = 1_000;

/**
 * Events as they get their positions, in order, without a gap: what came before is read from the store, what follows is
 * fanned out from the process's tail. Follows from the moment the promise resolves. Ends when the signal aborts and when the
 * reader is too slow.
 */
export async function followEvents(app: App, following: Following): Promise<AsyncIterable<StoredEvent>> {
  const tail = tailOf(app);
  await tail.start();
  const held = holder(following);
  const leave = tail.follow(held.take, held.close);
  // Also for whoever opened a stream and never read from it.
  following.signal.addEventListener('abort', () => {
    held.close();
    leave();
  });
  return readFrom(app, following, held, tail.position, leave);
}

/** Followed first, read second: whatever gets its position in between is in both, and is given once. */
async function* readFrom(
  app: App,
  following: Following,
  held: ReturnType<typeof holder>,
  head: number,
  leave: () => void,
): AsyncGenerator<StoredEvent> {
  try {
    let last = following.after ?? head;
    if (last < head) {
      yield* before(app, following, last, head);
      last = head;
    }
    for (let event = await held.next(); event; event = await held.next()) {
      if (event.position <= last) continue;
      last = event.position;
      yield event;
    }
  } finally {
    leave();
  }
}

async function* before(app: App, following: Following, after: number, upTo: number): AsyncGenerator<StoredEvent> {
  for (let position = after; position < upTo && !following.signal.aborted; ) {
    const { events, through } = await nextStretch(app.database.sql, following.selection, position, upTo);
    for (const event of events) if (isWanted(following, event)) yield event;
    position = through;
  }
}

const isWanted = ({ selection, wants }: Following, event: StoredEvent) =>
  fits(selection, event) && (!wants || wants(event));

function holder(following: Following) {
  let events: StoredEvent[] = [];
  let closed = following.signal.aborted;
  let wake: (() => void) | null = null;
  const ring = () => {
    wake?.();
    wake = null;
  };
  return {
    take(arrived: StoredEvent[]) {
      for (const event of arrived) if (isWanted(following, event)) events.push(event);
      if (events.length > mostHeld) {
        events = [];
        closed = true;
      }
      if (closed || events.length > 0) ring();
    },
    close() {
      closed = true;
      ring();
    },
    /** null when it is over. */
    async next(): Promise<StoredEvent | null> {
      while (!closed && events.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return closed ? null : (events.shift() ?? null);
    },
  };
}
