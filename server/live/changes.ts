import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '#server/context/app.ts';
import { createBell } from '#server/events/bell.ts';
import { tailOf } from './tail.ts';

/** The tail looks for itself more often than this: a ring that was missed costs no more. */
const longestWaitMs = 60_000;

/**
 * The newest position, whenever it is another: at once, then at most every `everyMs`. One more follows the last, `everyMs`
 * later, for whoever reads what is kept that long may have been given what was before it. Begins with where the store is now.
 */
export async function followChanges(app: App, signal: AbortSignal, everyMs: number): Promise<AsyncIterable<number>> {
  const tail = tailOf(app);
  await tail.start();
  const bell = createBell();
  const waiter = bell.listener();
  const leave = tail.follow(bell.ring, bell.ring);
  signal.addEventListener('abort', leave);
  return (async function* () {
    try {
      let seen = tail.position;
      for (let owed = true; !signal.aborted; ) {
        if (!owed) await waiter.wait(longestWaitMs, signal);
        const moved = tail.position !== seen;
        if (!moved && !owed) continue;
        owed = moved;
        seen = tail.position;
        yield seen;
        await delay(everyMs, undefined, { signal }).catch(() => {});
      }
    } finally {
      leave();
    }
  })();
}
