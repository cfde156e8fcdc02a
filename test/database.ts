import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import { type App, createApp } from '#server/context/app.ts';
import { readSettings, type Settings } from '#server/settings/settings.ts';
import { cloneDatabase, dropDatabase } from './cluster.ts';

/** Settings for tests: keys of their own, and partners that nothing listens to until a test starts one. */
export function testSettings(overrides: Record<string, string> = {}): Settings {
  return readSettings({
    GUILDHALL_MODE: 'demo',
    GUILDHALL_URL: 'http://localhost:3000',
    MAIL_FROM: 'Guildhall <no-reply@guildhall.test>',
    KEY_RING: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
    AUTH_SECRET: 'a-secret-for-tests-that-is-long-enough',
    LEGACY_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/legacy',
    CRM_URL: 'http://127.0.0.1:9',
    CRM_ACCESS_TOKEN: 'test-token',
    SMTP_URL: 'smtp://test:test@127.0.0.1:9',
    LOG_LEVEL: 'silent',
    DATABASE_POOL: '8',
    REQUESTS_PER_MINUTE: '1000000',
    JOIN_LIMIT_PER_ADDRESS: '100000',
    JOIN_LIMIT_PER_EMAIL: '100000',
    ...overrides,
  });
}

export interface TestDatabase {
  url: string;
  name: string;
}

/** A database for this test file, cloned from the template. */
export function testDatabase(options: { empty?: boolean } = {}): TestDatabase {
  const database: TestDatabase = { url: '', name: `test_${process.pid}_${randomBytes(4).toString('hex')}` };
  beforeAll(async () => {
    database.url = await cloneDatabase(
      inject('clusterUrl'),
      options.empty ? 'template0' : inject('template'),
      database.name,
    );
  });
  afterAll(async () => {
    await dropDatabase(inject('clusterUrl'), database.name);
  });
  return database;
}

/** An App on a database of its own, for one test file. Valid from the first `beforeAll` on. */
export function testApp(overrides: () => Record<string, string> = () => ({})): {
  current: App;
  database: TestDatabase;
} {
  const database = testDatabase();
  const holder: { current: App; database: TestDatabase } = {
    get current(): App {
      throw new Error('the test app exists only while tests run');
    },
    database,
  };
  beforeAll(() => {
    const app = createApp(testSettings({ DATABASE_URL: database.url, ...overrides() }), 'test');
    Object.defineProperty(holder, 'current', { value: app, configurable: true });
  });
  afterAll(() => holder.current.close());
  return holder;
}
