import { expect, test } from 'vitest';
import { demoOptions } from './options.ts';

test('options come from the command line, then the environment', () => {
  expect(demoOptions([], {})).toEqual({
    port: 3000,
    members: 2000,
    fresh: false,
    dataDirectory: '.data',
    databaseUrl: null,
  });
  const environment = { PORT: '4000', GUILDHALL_DATA_DIR: '/data', DATABASE_URL: 'postgres://db/guildhall' };
  expect(demoOptions(['--members', '0'], environment)).toMatchObject({
    port: 4000,
    members: 0,
    dataDirectory: '/data',
    databaseUrl: 'postgres://db/guildhall',
  });
  expect(demoOptions(['--port', '5000', '--fresh'], { PORT: '4000' })).toMatchObject({ port: 5000, fresh: true });
});

test('what is no whole number in its range is named', () => {
  for (const port of ['0', '65536', '0x10', '1e3', ' 80', '', '-1']) {
    expect(() => demoOptions([`--port=${port}`], {}), port).toThrow(/^--port must be a whole number from 1 to 65535$/);
  }
});

test('somebody else’s database is not forgotten', () => {
  expect(() => demoOptions(['--fresh'], { DATABASE_URL: 'postgres://db/guildhall' })).toThrow(
    /^--fresh forgets only .*DATABASE_URL/,
  );
});
