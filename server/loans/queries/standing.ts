import type { TxCtx } from '#server/context/context.ts';

/** What we know of an applicant ourselves. */
export async function standingOf(
  tx: TxCtx,
  memberId: string,
): Promise<{ memberForDays: number; settledLoans: number; loansInTrouble: number }> {
  const [row] = await tx.sql<{ memberForDays: number; settledLoans: number; loansInTrouble: number }[]>`
    select floor(extract(epoch from ${tx.now().toISOString()}::timestamptz - m.joined_at) / 86400)::int as "memberForDays",
      (select count(*)::int from loans l where l.member_id = m.id and l.status = 'settled') as "settledLoans",
      (select count(*)::int from loans l where l.member_id = m.id and (l.status in ('in_arrears', 'written_off')
        or exists (select from loan_instalments i where i.loan_id = l.id and i.arrears_at is not null))) as "loansInTrouble"
    from members m where m.id = ${memberId}`;
  return row ?? { memberForDays: 0, settledLoans: 0, loansInTrouble: 0 };
}
