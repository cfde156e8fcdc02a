import { expect, it, vi } from 'vitest';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';

const app = testApp(() => ({ DATABASE_POOL: '2' }));
const context = () => createContext(app.current, { actor: { kind: 'system', name: 'test' } });

/** Ends the connection that a transaction has, from another one. */
async function cut(pid: number): Promise<void> {
  const { sql } = app.current.database;
  await sql`select pg_terminate_backend(${pid}, 5000)`;
}

it('a transaction that lost its connection writes nothing any more, neither alone nor in somebody else’s', async () => {
  const { sql } = app.current.database;
  await sql`create table written (what text)`;
  const reported = Promise.withResolvers<void>();
  const zombie = inTransaction(context(), async (tx) => {
    await tx.sql`insert into written values ('before')`;
    const [session] = await tx.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await cut(session?.pid ?? 0);
    await reported.promise;
    await tx.sql`insert into written values ('after')`;
    await tx.db.transaction(async (inner) => inner.execute("insert into written values ('inside')"));
  });
  await expect(zombie).rejects.toThrow(/CONNECTION|terminating/);
  reported.resolve();
  // Both connections of the pool are taken by others, the lost one reconnected among them.
  await Promise.all(
    [1, 2].map(() =>
      inTransaction(context(), async (tx) => {
        for (let n = 0; n < 20; n += 1) await tx.sql`select pg_sleep(0.001)`;
        await tx.sql`insert into written values ('others')`;
      }),
    ),
  );
  expect((await sql`select what from written`).map((row) => row.what)).toEqual(['others', 'others']);
});

it('a statement under way when the connection is lost is reported, and nothing else happens', async () => {
  const { sql } = app.current.database;
  const asked = inTransaction(context(), async (tx) => {
    const [session] = await tx.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const sleeping = tx.sql`select pg_sleep(30)`;
    const cutting = cut(session?.pid ?? 0);
    await Promise.all([sleeping, cutting]);
  });
  await expect(asked).rejects.toThrow();
  // The driver reports the loss once more to whoever uses the connection first after it.
  await vi.waitFor(async () => expect(await sql`select 1 as alive`).toEqual([{ alive: 1 }]));
});
