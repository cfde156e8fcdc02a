import { z } from 'zod';
import type { TxCtx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { changeMembership, liveMembershipOf, lockMember, lockMembership } from '../record.ts';
import { dayOf, daysLeft } from '../rules.ts';
import { audit } from './periods.ts';

export const personMoved = z.strictObject({
  memberId: id,
  how: z.enum(['resigned', 'deceased', 'erased', 'rejoined']),
});

/**
 * Who has left is charged nothing any more. Who resigned keeps what is paid for, and goes on when they come back meanwhile: not
 * renewed by itself, for nobody asked for that again. Of the dead and the erased nothing is left to keep.
 */
export async function followMember(tx: TxCtx, { memberId, how }: z.output<typeof personMoved>): Promise<void> {
  await lockMember(tx.sql, memberId);
  // Leaving and coming back may be told of in either order: what counts is where they are now.
  const gone = (await memberStatusOf(tx, memberId)) === 'resigned';
  if ((how === 'resigned' && !gone) || (how === 'rejoined' && gone)) return;
  const live = await liveMembershipOf(tx.sql, memberId);
  if (live === null) return;
  const before = await lockMembership(tx.sql, live.id);
  const period = daysLeft(before.endsOn, dayOf(tx.now()));
  if (how === 'rejoined') {
    if (!before.cancelAtEnd) return;
    const stays = { cancelAtEnd: false, cancelReasonSealed: null };
    const back = await changeMembership(tx, before, stays, [{ type: 'membership.cancel_undone', period }]);
    await audit(tx, back, 'membership.undo-cancel', { endsOn: back.endsOn, cause: how });
    return;
  }
  const change =
    how === 'resigned'
      ? { autoRenew: false, cancelAtEnd: true }
      : { autoRenew: false, cancelReasonSealed: null, status: 'cancelled' as const };
  const type = how === 'resigned' ? 'membership.cancel_asked' : 'membership.cancelled';
  const after = await changeMembership(tx, before, change, [{ type, period, data: { cause: how } }]);
  await audit(tx, after, 'membership.end', { cause: how });
}
