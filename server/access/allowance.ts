import type { TxCtx } from '#server/context/context.ts';

export interface Allowance {
  name: string;
  points: number;
  windowSeconds: number;
}

/**
 * Takes one of what is allowed to `whom` in a window, with the transaction under way: what is rolled back was not taken. Counts
 * over all processes. Gives null, or after how many seconds there is more. `whom` may be personal: it is kept as a blind index.
 */
export async function takeAllowance(tx: TxCtx, allowance: Allowance, whom: string): Promise<number | null> {
  const now = tx.now().getTime();
  const key = `allowance:${allowance.name}:${tx.app.keyRing.blindIndex(`allowance:${allowance.name}`, whom)}`;
  const [counted] = await tx.sql<{ points: number; expire: string }[]>`
    insert into rate_limits as r (key, points, expire) values (${key}, 1, ${now + allowance.windowSeconds * 1000})
    on conflict (key) do update set
      points = case when r.expire > ${now} then r.points + 1 else 1 end,
      expire = case when r.expire > ${now} then r.expire else excluded.expire end
    returning points, expire`;
  if (!counted || counted.points <= allowance.points) return null;
  return Math.max(1, Math.ceil((Number(counted.expire) - now) / 1000));
}
