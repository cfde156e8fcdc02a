import { expect, it } from 'vitest';
import { createApp } from '#server/context/app.ts';
import { createContext } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { testApp, testSettings } from '#test/database.ts';
import { crashWorkers, obeyCrashes } from './worker-crash.ts';

const app = testApp(() => ({ GUILDHALL_MODE: 'demo' }));

it('in the demo a worker that is told to dies', async () => {
  let died = 0;
  await obeyCrashes(app.current, () => {
    died += 1;
  });
  await crashWorkers(systemContext(app.current));
  await expect.poll(() => died).toBe(1);
});

it('in production nobody can ask, and nobody would obey', async () => {
  const production = createApp(testSettings({ DATABASE_URL: app.database.url, GUILDHALL_MODE: 'production' }), 'test');
  try {
    let died = 0;
    await obeyCrashes(production, () => {
      died += 1;
    });
    const ctx = createContext(production, { actor: { kind: 'system', name: 'test' } });
    await expect(crashWorkers(ctx)).rejects.toMatchObject({ code: 'not_found' });
    // The positive control: this notice is heard by a worker of the demo.
    let heard = 0;
    await obeyCrashes(app.current, () => {
      heard += 1;
    });
    await crashWorkers(systemContext(app.current));
    await expect.poll(() => heard).toBe(1);
    expect(died).toBe(0);
  } finally {
    await production.close();
  }
});
