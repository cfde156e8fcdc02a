import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import postgres from 'postgres';

/** The demo's own database, for what no press of a button can bring about: lost stock, days that go by. */
async function urlOfRecords(): Promise<string> {
  const lock = await readFile(join(process.env.E2E_DATA_DIR ?? '', 'postgres', 'postmaster.pid'), 'utf8');
  return `postgres://guildhall:guildhall@127.0.0.1:${lock.split('\n')[3]}/guildhall`;
}

export async function inRecords<Result>(work: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(await urlOfRecords(), { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Has a task of the clock done now. */
export async function runTask(task: string): Promise<void> {
  const connectionString = await urlOfRecords();
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false, migrate: false });
  await boss.start();
  await boss.send('maintenance', { payload: { task } });
  await boss.stop();
}
