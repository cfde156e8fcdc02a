import type { InstalmentStatus, LoanStatus } from '#db/schema/loans.ts';
import { type Accrual, accruedInterest, accrueTo } from './annuity.ts';

export interface Instalment {
  seq: number;
  dueOn: string;
  principal: number;
  interest: number;
  principalPaid: number;
  interestPaid: number;
  status: InstalmentStatus;
  /** Since when it counts as in arrears. */
  arrearsAt: string | null;
  paidAt: string | null;
}

export const principalLeft = (one: Instalment) => one.principal - one.principalPaid;
export const interestLeft = (one: Instalment) => one.interest - one.interestPaid;
const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

const withStatus = (instalments: readonly Instalment[], status: InstalmentStatus) =>
  instalments.filter((one) => one.status === status);

/** Oldest first. */
export const dueOf = (instalments: readonly Instalment[]) =>
  withStatus(instalments, 'due').sort((a, b) => (a.dueOn === b.dueOn ? a.seq - b.seq : a.dueOn < b.dueOn ? -1 : 1));
export const plannedOf = (instalments: readonly Instalment[]) =>
  withStatus(instalments, 'planned').sort((a, b) => a.seq - b.seq);

/**
 * The loan as it stands on a day: what was planned for then or before has fallen due, and another month of interest is under
 * way. Reading shows it like this before the job of that day has booked it.
 */
export function broughtTo<Loan extends Accrual>(
  loan: Loan,
  instalments: readonly Instalment[],
  day: string,
): { loan: Loan; instalments: Instalment[]; fallenDue: Instalment[] } {
  const fallenDue = plannedOf(instalments)
    .filter((one) => one.dueOn <= day)
    .map((one): Instalment => ({ ...one, status: one.principal + one.interest > 0 ? 'due' : 'paid' }));
  const last = fallenDue.at(-1)?.dueOn;
  if (last === undefined) return { loan, instalments: [...instalments], fallenDue };
  const month = { periodFrom: last, accruedTo: last, principalDays: 0, accruedPaid: 0 };
  const after = instalments.map((one) => fallenDue.find(({ seq }) => seq === one.seq) ?? one);
  return { loan: { ...loan, ...month }, instalments: after, fallenDue };
}

/** What is owed of a loan on a day. Minor units. */
export interface Owed {
  /** Fallen due and not paid. */
  interestDue: number;
  principalDue: number;
  /** Of the month under way, up to the day. */
  interestAccrued: number;
  principalPlanned: number;
  /** What settles the loan. */
  total: number;
}

/** Arrears bear no interest. */
export function owedOn(of: Accrual & { rateBp: number }, schedule: readonly Instalment[], day: string): Owed {
  const { loan, instalments } = broughtTo(of, schedule, day);
  const due = dueOf(instalments);
  const planned = plannedOf(instalments);
  const principalPlanned = sum(planned.map((one) => one.principal));
  const [next] = planned;
  const interestAccrued = next ? accruedInterest(loan.rateBp, accrueTo(loan, principalPlanned, day), next.dueOn) : 0;
  const interestDue = sum(due.map(interestLeft));
  const principalDue = sum(due.map(principalLeft));
  return {
    interestDue,
    principalDue,
    interestAccrued,
    principalPlanned,
    total: interestDue + principalDue + interestAccrued + principalPlanned,
  };
}

export interface Allocation {
  /** To instalments that are due, oldest first: interest, then principal. */
  instalments: { seq: number; interest: number; principal: number }[];
  /** What is over pays the interest of the month under way, then principal that is not due yet. */
  accrued: number;
  early: number;
  /** More than is owed. */
  excess: number;
  /** All interest and all principal in it. */
  interest: number;
  principal: number;
}

export function allocate(instalments: readonly Instalment[], owed: Owed, amount: number): Allocation {
  let left = amount;
  const take = (most: number) => {
    const taken = Math.min(left, most);
    left -= taken;
    return taken;
  };
  const parts = dueOf(instalments)
    .map((one) => ({ seq: one.seq, interest: take(interestLeft(one)), principal: take(principalLeft(one)) }))
    .filter((part) => part.interest + part.principal > 0);
  const accrued = take(owed.interestAccrued);
  const early = take(owed.principalPlanned);
  return {
    instalments: parts,
    accrued,
    early,
    excess: left,
    interest: sum(parts.map((part) => part.interest)) + accrued,
    principal: sum(parts.map((part) => part.principal)) + early,
  };
}

/** What a loan that was paid out is called, by what is left of it. */
export function statusOf(instalments: readonly Instalment[]): Extract<LoanStatus, 'active' | 'in_arrears' | 'settled'> {
  const open = instalments.filter((one) => one.status === 'due' || one.status === 'planned');
  if (open.length === 0) return 'settled';
  return open.some((one) => one.arrearsAt !== null) ? 'in_arrears' : 'active';
}
