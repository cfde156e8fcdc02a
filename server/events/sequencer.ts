import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '#db/client.ts';
import type { App } from '#server/context/app.ts';

/** How long the sequencer may be silent before another takes over. With `standbyMs` it must stay below two seconds. */
const leaseMs = 1_500;
const standbyMs = 150;
const busyMs = 5;
const idleMs = 15;
const batch = 5_000;
/** Every poll steps over the index entries of what it has moved before. Autovacuum comes once a minute at best: too late. */
const vacuumAfter = 5_000;

export interface Sequencer {
  /** True while this process gives positions. */
  readonly leading: boolean;
  stop(): Promise<void>;
}

/**
 * Gives appended events their global order, for as long as this process is the one that does. Any number of processes
 * may run it: one leads, the others stand by.
 */
export function startSequencer(app: App): Sequencer {
  const holder = randomUUID();
  // Connections of its own (one sequences, one vacuums): a pool that is busy must not delay every reader.
  const database = openDatabase(app.settings.DATABASE_URL, { max: 2, name: 'guildhall-sequencer' });
  const stopping = new AbortController();
  let fencing: number | null = null;
  let sinceVacuum = 0;
  let vacuuming: Promise<unknown> | null = null;

  function vacuumNowAndThen(moved: number): void {
    sinceVacuum += moved;
    if (sinceVacuum < vacuumAfter || vacuuming) return;
    sinceVacuum = 0;
    vacuuming = database.sql`vacuum (truncate false, skip_locked) pending_events`
      .catch((error) => app.log.debug({ err: error }, 'pending events could not be vacuumed'))
      .finally(() => {
        vacuuming = null;
      });
  }

  async function step(): Promise<number> {
    if (fencing === null) {
      const [taken] = await database.sql<{ fencing: number | null }[]>`
        select take_sequencer(${holder}, ${leaseMs}) as fencing`;
      fencing = taken?.fencing ?? null;
      if (fencing === null) return standbyMs;
      app.log.info({ fencing }, 'sequencing events');
    }
    const [result] = await database.sql<{ moved: number }[]>`
      select sequence_events(${fencing}, ${batch}, ${leaseMs}) as moved`;
    const moved = result?.moved ?? -1;
    if (moved < 0) {
      app.log.warn({ fencing }, 'lost the sequencing of events to another process');
      fencing = null;
      return 0;
    }
    app.metrics.eventsSequenced.inc(moved);
    vacuumNowAndThen(moved);
    if (moved === batch) return 0;
    return moved > 0 ? busyMs : idleMs;
  }

  async function loop(): Promise<void> {
    let idle = 0;
    while (!stopping.signal.aborted) {
      try {
        const wait = await step();
        // A pause between two events of a burst is no idleness: the longer wait comes after a few empty rounds only.
        idle = wait === idleMs ? idle + 1 : 0;
        await pause(wait === idleMs && idle < 10 ? busyMs : wait);
      } catch (error) {
        if (stopping.signal.aborted) return;
        app.log.warn({ err: error }, 'the sequencer could not work');
        await pause(standbyMs);
      }
    }
  }

  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});

  async function release(): Promise<void> {
    if (fencing === null) return;
    await database.sql`update sequencer set expires_at = '-infinity' where fencing = ${fencing}`.catch(() => {});
  }

  const running = loop();
  return {
    get leading() {
      return fencing !== null;
    },
    async stop() {
      stopping.abort();
      await running;
      await vacuuming;
      await release();
      await database.close();
    },
  };
}
