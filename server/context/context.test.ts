import { expect, it, vi } from 'vitest';
import { testApp } from '#test/database.ts';
import { createContext, inSavepoint, inTransaction } from './context.ts';

const app = testApp();

it('what fails after a commit is logged; the caller hears what was committed, and the rest is done', async () => {
  const { sql } = app.current.database;
  await sql`create table done (what text)`;
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  const logged = vi.spyOn(ctx.log, 'error');
  const result = await inTransaction(ctx, async (tx) => {
    await tx.sql`insert into done values ('row')`;
    tx.afterCommit(() => {
      throw new Error('no cache');
    });
    tx.afterCommit(async () => {
      await sql`insert into done values ('after')`;
    });
    return 'committed';
  });
  expect(result).toBe('committed');
  expect((await sql`select what from done`).map(({ what }) => what)).toEqual(['row', 'after']);
  expect(logged).toHaveBeenCalledExactlyOnceWith({ err: new Error('no cache') }, expect.any(String));
});

it('nothing runs after a rollback', async () => {
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  const after = vi.fn();
  const failed = inTransaction(ctx, async (tx) => {
    tx.afterCommit(after);
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(after).not.toHaveBeenCalled();
});

it('nothing of a part that was undone runs after the commit of the rest', async () => {
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  const [undone, done] = [vi.fn(), vi.fn()];
  await inTransaction(ctx, async (tx) => {
    await inSavepoint(tx, async (inner) => {
      inner.afterCommit(undone);
      throw new Error('undone');
    }).catch(() => {});
    await inSavepoint(tx, async (inner) => inner.afterCommit(done));
    expect(done).not.toHaveBeenCalled();
  });
  expect(undone).not.toHaveBeenCalled();
  expect(done).toHaveBeenCalledOnce();
});
