import { addMonths, daysBetween } from './days.ts';

/**
 * An ordinary annuity: equal payments at the end of each month whose present value is what was lent (the equation of Annex I
 * of Directive 2008/48/EC, with months of equal length).
 *
 *     A = P · r / (1 − (1 + r)^−n)      r = yearly rate / 12
 *
 * Counted in whole numbers, so that no platform's arithmetic decides about a cent. With r = b / 120 000 (b basis points a year):
 *
 *     A = P · b · (120 000 + b)^n / (120 000 · ((120 000 + b)^n − 120 000^n))
 */
const unit = 120_000n;

/** Half a unit and more goes up. Both at least zero, `divisor` above it. */
const rounded = (dividend: bigint, divisor: bigint) => Number((2n * dividend + divisor) / (2n * divisor));

/** What is paid each month, but for the last. Minor units; `rateBp` basis points a year. */
export function instalmentOf(principal: number, rateBp: number, months: number): number {
  const [p, b, n] = [BigInt(principal), BigInt(rateBp), BigInt(months)];
  if (b === 0n) return rounded(p, n);
  const grown = (unit + b) ** n;
  return rounded(p * b * grown, unit * (grown - unit ** n));
}

/** A month's interest on what is owed, or a part of it: `principalDays` is the sum over the days counted of what was owed on each. */
export const periodInterest = (rateBp: number, principalDays: number, periodDays: number): number =>
  rounded(BigInt(rateBp) * BigInt(principalDays), unit * BigInt(periodDays));

export interface Part {
  principal: number;
  interest: number;
}

/** Interest by month on what is still owed; the rest of each instalment pays it back; the last takes what is left. */
export function annuity(principal: number, rateBp: number, months: number): Part[] {
  const instalment = Math.max(instalmentOf(principal, rateBp, months), 1);
  const parts: Part[] = [];
  let owed = principal;
  for (let month = 1; month <= months && owed > 0; month += 1) {
    const interest = periodInterest(rateBp, owed, 1);
    const back = month === months ? owed : Math.min(Math.max(instalment - interest, 0), owed);
    parts.push({ principal: back, interest });
    owed -= back;
  }
  return parts;
}

export interface PlannedInstalment extends Part {
  seq: number;
  dueOn: string;
}

/** The schedule of a loan that is paid out on a day: due on that day of each month after it. */
export const firstSchedule = (
  loan: { amount: number; rateBp: number; termMonths: number },
  from: string,
): PlannedInstalment[] =>
  annuity(loan.amount, loan.rateBp, loan.termMonths).map((part, index) => ({
    ...part,
    seq: index + 1,
    dueOn: addMonths(from, index + 1),
  }));

/** The month of interest under way. */
export interface Accrual {
  periodFrom: string;
  /** Counted up to this day. */
  accruedTo: string;
  /** What was owed and not due, times days, from `periodFrom` to `accruedTo`. */
  principalDays: number;
  /** Interest of this month that was paid before it fell due. */
  accruedPaid: number;
}

/** Counts on to a day; a day before the one counted to changes nothing. */
export function accrueTo(accrual: Accrual, principal: number, day: string): Accrual {
  const days = daysBetween(accrual.accruedTo, day);
  if (days <= 0) return accrual;
  return { ...accrual, accruedTo: day, principalDays: accrual.principalDays + principal * days };
}

/** Interest of the month under way that is not paid: what it comes to until `accruedTo`. */
export const accruedInterest = (rateBp: number, accrual: Accrual, nextDueOn: string): number =>
  Math.max(
    periodInterest(rateBp, accrual.principalDays, daysBetween(accrual.periodFrom, nextDueOn)) - accrual.accruedPaid,
    0,
  );

/**
 * The schedule for what is left of the principal, on the days that were planned: equal instalments again, smaller ones. The
 * first one's interest counts the days at the old principal and those at the new one.
 */
export function redrawn(
  principal: number,
  rateBp: number,
  accrual: Accrual,
  planned: readonly { seq: number; dueOn: string }[],
): PlannedInstalment[] {
  const [next] = planned;
  if (!next) return [];
  const parts = annuity(principal, rateBp, planned.length);
  return parts.map((part, index) => {
    const { seq, dueOn } = planned[index] ?? next;
    const interest = index === 0 ? accruedInterest(rateBp, accrueTo(accrual, principal, dueOn), dueOn) : part.interest;
    return { seq, dueOn, principal: part.principal, interest };
  });
}
