import { describe, expect, it } from 'vitest';
import { testApp } from '#test/database.ts';
import { kill, startProcess } from './process.testing.ts';
import { startSequencer } from './sequencer.ts';
import { eventually, expectSoundOrder, write } from './store.testing.ts';

const app = testApp();
const script = 'server/events/sequencer-process.testing.ts';

const lease = async () => {
  const [row] = await app.current.database.sql<{ fencing: number; holder: string; alive: boolean }[]>`
    select fencing, holder, expires_at > clock_timestamp() as alive from sequencer`;
  if (!row) throw new Error('no lease');
  return row;
};

async function startLeader() {
  const { fencing } = await lease();
  const child = startProcess(script, app.database.url);
  await eventually(async () => expect(await lease()).toMatchObject({ fencing: fencing + 1, alive: true }));
  return child;
}

/** Writes until told to stop; gives how many events it wrote. */
function writer(stream: string): { stop(): Promise<number> } {
  let writing = true;
  const done = (async () => {
    let n = 0;
    while (writing) await write(app.current, stream, n++);
    return n;
  })();
  return {
    stop() {
      writing = false;
      return done;
    },
  };
}

/** Milliseconds until another process than `fencing`'s gives positions. */
async function takeover(fencing: number): Promise<number> {
  const started = performance.now();
  await eventually(async () => expect((await lease()).fencing).toBeGreaterThan(fencing));
  return performance.now() - started;
}

describe('the sequencer', () => {
  it('killed with -9: another takes over within two seconds, nothing lost or doubled', async () => {
    const leader = await startLeader();
    const standby = startSequencer(app.current);
    const writing = [writer('killed-1'), writer('killed-2')];
    await eventually(async () =>
      expect((await app.current.database.sql`select 1 from event_positions`).length).toBeGreaterThan(20),
    );
    const { fencing } = await lease();
    await kill(leader);
    expect(await takeover(fencing)).toBeLessThan(2_000);
    await Promise.all(writing.map((one) => one.stop()));
    await eventually(() => expectSoundOrder(app.current.database.sql));
    await standby.stop();
  });

  it('paused and resumed: another takes over within two seconds, and the one that wakes gives nothing out', async () => {
    const leader = await startLeader();
    const standby = startSequencer(app.current);
    const writing = [writer('paused-1'), writer('paused-2')];
    const { fencing } = await lease();
    leader.kill('SIGSTOP');
    expect(await takeover(fencing)).toBeLessThan(2_000);
    const after = await lease();
    leader.kill('SIGCONT');
    await write(app.current, 'paused-3', 1);
    await Promise.all(writing.map((one) => one.stop()));
    await eventually(() => expectSoundOrder(app.current.database.sql));
    expect(await lease()).toEqual(after);
    await standby.stop();
  });

  it('stopped in order: the next one leads at once', async () => {
    const first = startSequencer(app.current);
    await eventually(() => expect(first.leading).toBe(true));
    const second = startSequencer(app.current);
    const { fencing } = await lease();
    await first.stop();
    expect(await takeover(fencing)).toBeLessThan(500);
    await eventually(() => expect(second.leading).toBe(true));
    await second.stop();
  });
});
