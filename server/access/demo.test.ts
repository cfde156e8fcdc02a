import { expect, test } from 'vitest';
import { createApp } from '#server/context/app.ts';
import { testApp, testSettings } from '#test/database.ts';
import { aUser, contextOf } from './access.testing.ts';
import { signIn } from './commands/sign-in.ts';
import { demoPassword, refuseDemoAccess, seedDemoAccess } from './demo.ts';
import { passwordProblem } from './passwords.ts';

const app = testApp();

const inProduction = async <T>(work: (production: ReturnType<typeof createApp>) => Promise<T>): Promise<T> => {
  const production = createApp(testSettings({ DATABASE_URL: app.database.url, GUILDHALL_MODE: 'production' }), 'test');
  try {
    return await work(production);
  } finally {
    await production.close();
  }
};

test('a production start takes a clean database, and refuses one with demo people or clients in one line', async () => {
  await aUser(app.current, { email: 'real@guildhall.example' });
  await inProduction(refuseDemoAccess);
  await seedDemoAccess(contextOf(app.current));
  await refuseDemoAccess(app.current);
  const refusal = await inProduction((production) =>
    refuseDemoAccess(production).catch((error: Error) => error.message),
  );
  expect(refusal).toMatch(/^Guildhall cannot start in production: demo access exists \(.*staff@guildhall\.test.*\)/);
  expect(refusal).toContain('demo-admin');
  await app.current.database.sql`delete from users where email like '%@guildhall.test'`;
  await expect(inProduction(refuseDemoAccess)).rejects.toThrow('demo-producer');
});

test('the demo people sign in with the password that everybody knows; seeding twice changes nothing', async () => {
  await seedDemoAccess(contextOf(app.current));
  await seedDemoAccess(contextOf(app.current));
  for (const role of ['staff', 'admin', 'auditor']) {
    expect(
      await signIn(contextOf(app.current), { email: `${role}@guildhall.test`, password: demoPassword }),
    ).not.toBeNull();
  }
  expect(passwordProblem(demoPassword, 'member@guildhall.test')).toBeNull();
});

test('demo access is not made in production', async () => {
  await expect(inProduction((production) => seedDemoAccess(contextOf(production)))).rejects.toThrow('demo mode only');
});
