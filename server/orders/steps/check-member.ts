import type { Ctx, TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { completed, failed, type PartnerStep, type SagaRun, type StepOutcome } from '#server/sagas/define.ts';
import { isBarred } from '../rules.ts';

const notAllowed = () =>
  failed(
    'member_barred',
    'Your membership does not allow orders at the moment. Nothing was charged. Please ask for help.',
  );

/**
 * Before anybody is charged: is this a member with whom business is done? The legacy system is asked; while it is out of
 * reach our own record decides, and the question is made up for later.
 */
export const checkMember: PartnerStep = {
  kind: 'partner',
  name: 'check-member',
  async run(ctx, saga) {
    const memberId = memberOf(saga);
    const own = await memberStatusOf(ctx, memberId);
    if (own === null || isBarred(own)) return async () => notAllowed();
    try {
      const { status, record } = await askLegacy(ctx, memberId);
      return async (tx) => {
        await record(tx);
        return outcomeOf(status);
      };
    } catch (error) {
      if (!(error instanceof PartnerError) || saga.signal.aborted) throw error;
      return (tx) => checkLater(tx, saga);
    }
  },
};

/** A member whom the legacy system does not know yet is not barred there: the sync is on its way. */
const outcomeOf = (status: string | null): StepOutcome =>
  status !== null && isBarred(status)
    ? notAllowed()
    : completed({ checkedWith: 'legacy', status: status ?? 'not_there' });

async function checkLater(tx: TxCtx, saga: SagaRun): Promise<StepOutcome> {
  await enqueue(tx, {
    queue: 'member-checks',
    key: memberOf(saga),
    payload: { memberId: memberOf(saga), orderId: saga.subjectId },
  });
  return completed({ checkedWith: 'guildhall', status: 'legacy_unavailable' });
}

/** The member's status as the legacy system has it. @throws PartnerError */
export async function askLegacy(
  ctx: Ctx,
  memberId: string,
): Promise<{ status: string | null; record: (tx: TxCtx) => Promise<void> }> {
  const call = await callPartner(ctx, { system: 'legacy', operation: 'check-status', memberId }, () =>
    withBreaker('legacy', () => partnersOf(ctx.app).legacy().readMember(memberId)),
  );
  return { status: call.result?.status ?? null, record: call.record };
}

function memberOf(saga: SagaRun): string {
  if (saga.memberId === null) throw new Error('an order without a member');
  return saga.memberId;
}
