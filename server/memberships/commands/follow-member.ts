import { z } from 'zod';
import type { TxCtx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { changeMembership, liveMembershipOf, lockMember, lockMembership } from '../record.ts';
import { dayOf, daysLeft } from '../rules.ts';
import { audit } from './periods.ts';

export const personLeft = z.strictObject({ memberId: id, how: z.enum(['resigned', 'deceased', 'erased']) });

/** Who has left is charged nothing any more. Who resigned keeps what is paid for; of the dead and the erased nothing is left to keep. */
export async function followMember(tx: TxCtx, { memberId, how }: z.output<typeof personLeft>): Promise<void> {
  await lockMember(tx.sql, memberId);
  const live = await liveMembershipOf(tx.sql, memberId);
  if (live === null) return;
  const before = await lockMembership(tx.sql, live.id);
  const period = daysLeft(before.endsOn, dayOf(tx.now()));
  const change =
    how === 'resigned'
      ? { autoRenew: false, cancelAtEnd: true }
      : { autoRenew: false, cancelReasonSealed: null, status: 'cancelled' as const };
  const type = how === 'resigned' ? 'membership.cancel_asked' : 'membership.cancelled';
  const after = await changeMembership(tx, before, change, [{ type, period, data: { cause: how } }]);
  await audit(tx, after, 'membership.end', { cause: how });
}
