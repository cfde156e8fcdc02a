import type { Ctx, TxCtx } from '#server/context/context.ts';
import { recordDiscrepancy } from '#server/reconciliation/commands.ts';
import { isBarred } from '../rules.ts';
import { askLegacy } from '../steps/check-member.ts';

/** Asks the legacy system what could not be asked before the charge. What it says now, people decide on. */
export async function checkMemberLater(
  ctx: Ctx,
  { memberId, orderId }: { memberId: string; orderId: string },
): Promise<(tx: TxCtx) => Promise<void>> {
  const { status, record } = await askLegacy(ctx, memberId);
  return async (tx) => {
    await record(tx);
    if (status === null || !isBarred(status)) return;
    await recordDiscrepancy(tx, {
      kind: 'member_barred_at_source',
      key: `order:${orderId}`,
      severity: 'high',
      memberId,
      orderId,
      detail: { source: 'legacy', status },
    });
  };
}
