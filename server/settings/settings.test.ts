import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testSettings } from '#test/database.ts';
import { readSettings, SettingsError, settingNames } from './settings.ts';

test('a missing setting stops the start with one line that names it', () => {
  expect(() => testSettings({ SMTP_URL: '' })).toThrow(
    /^Guildhall cannot start: SMTP_URL is missing\. See \.env\.example\.$/,
  );
});

test('a wrong setting is named, its value is not repeated', () => {
  const wrong = () => testSettings({ LEGACY_DATABASE_URL: 'oracle://user:secret@host/x', PORT: 'many' });
  expect(wrong).toThrow(SettingsError);
  expect(wrong).toThrow(/LEGACY_DATABASE_URL must be a URL with mysql/);
  expect(wrong).toThrow(/PORT /);
  expect(wrong).not.toThrow(/secret/);
});

test('every missing setting is named at once', () => {
  expect(() => readSettings({})).toThrow(
    /GUILDHALL_URL.*DATABASE_URL.*KEY_RING.*INDEX_KEY.*AUTH_SECRET.*LEGACY_DATABASE_URL.*CRM_ACCESS_TOKEN.*SMTP_URL.*MAIL_FROM/,
  );
});

test('only a demo has an address, a database and a sender by itself', () => {
  const local = { GUILDHALL_URL: '', DATABASE_URL: '', MAIL_FROM: '' };
  expect(testSettings(local)).toMatchObject({
    GUILDHALL_URL: 'http://localhost:3000',
    DATABASE_URL: 'postgres://guildhall:guildhall@localhost:5432/guildhall',
    MAIL_FROM: 'Guildhall <no-reply@guildhall.test>',
  });
  for (const GUILDHALL_MODE of ['production', '']) {
    expect(() => testSettings({ ...local, GUILDHALL_MODE })).toThrow(
      /^Guildhall cannot start: GUILDHALL_URL is missing; DATABASE_URL is missing; MAIL_FROM is missing\. See \.env\.example\.$/,
    );
  }
});

test('numbers are digits', () => {
  for (const PORT of ['0x10', '1e3', ' 80', '80.0', '-1', '65536']) {
    expect(() => testSettings({ PORT }), PORT).toThrow(/PORT /);
  }
  expect([testSettings({ PORT: '8080' }).PORT, testSettings().PORT]).toEqual([8080, 3000]);
});

test('a key that is too short is refused', () => {
  expect(() => testSettings({ KEY_RING: `k1:${Buffer.alloc(16).toString('base64')}` })).toThrow(
    /KEY_RING must be id:key pairs/,
  );
});

test('payments have all of their keys or none', () => {
  expect(testSettings().STRIPE_SECRET_KEY).toBeUndefined();
  expect(() => testSettings({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).toThrow(
    /STRIPE_WEBHOOK_SECRET is missing\. See/,
  );
});

test('no proxy is trusted unless one is named', () => {
  expect(testSettings().TRUSTED_PROXIES).toEqual([]);
});

test('.env.example names every setting and no other', async () => {
  const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  const named = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect([...named].sort()).toEqual([...settingNames].sort());
});
