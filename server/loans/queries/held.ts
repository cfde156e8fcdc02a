import { type Ctx, isOwn } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notYours } from '#server/errors/errors.ts';
import { decisionsOf, findLoan } from '../record.ts';
import type { Assessment } from '../rules/score.ts';
import type { LoanView } from '../shapes.ts';
import { getLoan } from './loans.ts';

type HeldLoan = Omit<LoanView, 'assessment' | 'decisions'> & {
  assessment: Assessment | null;
  /** Newest first. Who of the staff decided is about them. */
  decisions: { kind: string; reason: string | null; at: string }[];
};

/** All that is held about a loan, what was thought and decided about the borrower included: for the borrower. @throws AppError `not_found` */
export async function heldLoan(ctx: Ctx, id: string): Promise<HeldLoan> {
  const loan = await findLoan(ctx.sql, id);
  if (!loan || !isOwn(ctx, loan.memberId)) throw notYours();
  const key = await ctx.app.dataKeys.find(ctx.sql, loan.memberId);
  const assessment = openOrNull(key, 'loanAssessment', loan.assessmentSealed);
  return {
    ...(await getLoan(ctx, id)),
    assessment: assessment === null ? null : (JSON.parse(assessment) as Assessment),
    decisions: (await decisionsOf(ctx.sql, id)).map(({ kind, reasonSealed, at }) => ({
      kind,
      reason: openOrNull(key, 'loanReason', reasonSealed),
      at,
    })),
  };
}
