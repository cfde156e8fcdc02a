import { cardForRenewals } from '#server/cards/queries/resolve.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { changeMembership, lockMember, lockMembership, type Membership } from '../record.ts';
import { dayOf, daysLeft } from '../rules.ts';
import { audit } from './periods.ts';
import { manageableMembership } from './renew.ts';

/** Renew by itself from now on, or not any more. @throws AppError `not_found`, `rule_violated` without a card */
export async function setAutoRenewal(ctx: Ctx, id: string, on: boolean): Promise<Membership> {
  return manage(ctx, id, async (tx, before) => {
    if (on && before.cancelAtEnd) throw ruleViolated('It ends. Take the cancellation back first.');
    if (on && (await cardForRenewals(tx, before.memberId)) === null) {
      throw ruleViolated('Add a card first: renewals are paid with it.', [{ path: 'on', message: 'needs a card' }]);
    }
    if (before.autoRenew === on) return before;
    const after = await changeMembership(tx, before, { autoRenew: on }, [
      { type: 'membership.auto_renewal.changed', period: daysLeft(before.endsOn, dayOf(tx.now())), data: { on } },
    ]);
    await audit(tx, after, 'membership.auto-renewal', { on });
    return after;
  });
}

/** It ends when what is paid for is used. @throws AppError `not_found`, `rule_violated` when it does already */
export async function cancel(ctx: Ctx, id: string, reason: string): Promise<Membership> {
  return manage(ctx, id, async (tx, before) => {
    if (before.cancelAtEnd) throw ruleViolated('This membership is cancelled already.');
    const key = await tx.app.dataKeys.obtain(tx.sql, before.memberId);
    const after = await endLater(tx, before, seal(key, 'cancelReason', reason));
    await audit(tx, after, 'membership.cancel', { endsOn: after.endsOn }, reason);
    return after;
  });
}

/** Nothing is charged any more, and nobody is reminded: the next step is the end. */
export const endLater = (tx: TxCtx, before: Membership, cancelReasonSealed: string | null): Promise<Membership> =>
  changeMembership(tx, before, { cancelAtEnd: true, cancelReasonSealed }, [
    { type: 'membership.cancel_asked', period: daysLeft(before.endsOn, dayOf(tx.now())) },
  ]);

/** @throws AppError `not_found`, `rule_violated` when there is nothing to take back */
export async function undoCancel(ctx: Ctx, id: string): Promise<Membership> {
  return manage(ctx, id, async (tx, before) => {
    if (!before.cancelAtEnd) throw ruleViolated('This membership is not cancelled.');
    const after = await changeMembership(tx, before, { cancelAtEnd: false, cancelReasonSealed: null }, [
      { type: 'membership.cancel_undone', period: daysLeft(before.endsOn, dayOf(tx.now())) },
    ]);
    await audit(tx, after, 'membership.undo-cancel', { endsOn: after.endsOn });
    return after;
  });
}

/** @throws AppError `not_found`, `rule_violated` for one that has ended */
export async function manage<T>(
  ctx: Ctx,
  id: string,
  work: (tx: TxCtx, membership: Membership) => Promise<T>,
): Promise<T> {
  const { memberId } = await manageableMembership(ctx, id);
  return inTransaction(ctx, async (tx) => {
    await lockMember(tx.sql, memberId);
    const membership = await lockMembership(tx.sql, id);
    if (membership.endedAt !== null) throw ruleViolated('This membership has ended.');
    return work(tx, membership);
  });
}
