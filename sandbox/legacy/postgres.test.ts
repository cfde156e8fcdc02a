import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '#test/database.ts';
import { type Sandbox, startSandbox } from '../start.ts';

const database = testDatabase();
let sandbox: Sandbox;
let direct: postgres.Sql;
let proxied: postgres.Sql;
let closed: (connection: number) => void;

beforeEach(async () => {
  const { hostname: host, port } = new URL(database.url);
  sandbox = await startSandbox({ dataDir: ':memory:', legacyUpstream: { host, port: Number(port) } });
  const throughProxy = new URL(database.url);
  throughProxy.host = new URL(sandbox.urls.legacyProxy ?? '').host;
  direct = postgres(database.url, { max: 1, onnotice: () => undefined });
  closed = vi.fn();
  proxied = postgres(throughProxy.href, { max: 1, onclose: closed });
  await direct`DROP TABLE IF EXISTS people`;
  await direct`CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL)`;
});

afterEach(async () => {
  await proxied.end({ timeout: 0 });
  await direct.end({ timeout: 0 });
  await sandbox.close();
});

describe('a real Postgres behind the proxy', () => {
  it('keeps what fail-after has lost the news of: a commit, and a prepared write alone', async () => {
    for (const id of [1, 2]) await insert(proxied, id);
    sandbox.faults.set({ partner: 'legacy', fault: 'fail-after' });
    await expect(insert(proxied, 3)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(
      proxied.begin(async (transaction) => {
        await insert(transaction, 4);
        await insert(transaction, 5);
      }),
    ).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    sandbox.faults.clear();
    expect(await ids()).toEqual([1, 2, 3, 4, 5]);
  });

  it('never does what hang has swallowed', async () => {
    await insert(proxied, 1);
    sandbox.faults.set({ partner: 'legacy', fault: 'hang' });
    const held = insert(proxied, 2).catch((error: Error) => error);
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    sandbox.faults.clear();
    expect(await held).toBeInstanceOf(Error);
    await insert(proxied, 3);
    expect(await ids()).toEqual([1, 3]);
  });

  it('recovers from a cut by connecting again', async () => {
    await insert(proxied, 1);
    sandbox.faults.set({ partner: 'legacy', fault: 'cut' });
    await expect(insert(proxied, 2)).rejects.toMatchObject({ code: 'ECONNRESET' });
    // The driver loses for good what it is given between a socket's error and its close.
    await vi.waitUntil(() => vi.mocked(closed).mock.calls.length > 0);
    sandbox.faults.clear();
    await insert(proxied, 3);
    expect(await ids()).toEqual([1, 3]);
  });
});

async function insert(sql: postgres.Sql | postgres.TransactionSql, id: number) {
  await sql`INSERT INTO people (id, name) VALUES (${id}, ${`name ${id}`})`;
}

async function ids(): Promise<number[]> {
  const rows = await direct<{ id: number }[]>`SELECT id FROM people ORDER BY id`;
  return rows.map(({ id }) => id);
}
