import type { TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';

// One lock for the question, not one for each admin: two admins who take each other's role away at the same moment would
// each hold the other's row and see themselves as the one who stays.
const adminsLock = 4_700_001;

/** For somebody whose row the caller holds. @throws AppError `rule_violated` when nobody else could manage access any more */
export async function refuseLastAdmin(
  tx: TxCtx,
  user: { id: string; roles: readonly string[]; disabled: boolean },
): Promise<void> {
  if (!user.roles.includes('admin') || user.disabled) return;
  await tx.sql`select pg_advisory_xact_lock(${adminsLock}::bigint)`;
  const others = await tx.sql`
    select 1 from users where 'admin' = any(roles) and disabled_at is null and id <> ${user.id} limit 1`;
  if (others.length === 0) throw ruleViolated('This is the last admin. Give somebody else the role first.');
}
