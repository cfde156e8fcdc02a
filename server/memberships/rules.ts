/**
 * Days are `YYYY-MM-DD` in UTC, wherever the server or the member is. A period runs from its first day up to, and not including,
 * `to`: the first day of the next one.
 */
export interface Period {
  from: string;
  to: string;
}

const dayMs = 86_400_000;

const msOf = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayOfMs = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const dayOf = (at: Date) => at.toISOString().slice(0, 10);
export const addDays = (day: string, days: number) => dayOfMs(msOf(day) + days * dayMs);
export const daysBetween = (from: string, to: string) => Math.round((msOf(to) - msOf(from)) / dayMs);
export const laterOf = (one: string, other: string) => (daysBetween(one, other) > 0 ? other : one);
export const dayOfMonth = (day: string) => Number(day.slice(8, 10));

/**
 * So many months later, on the anniversary's day of the month, or the month's last where it has no such day: from 31 January
 * with 31 to 28 February, and from there with 31 to 31 March.
 */
export function addMonths(day: string, months: number, anchorDay: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return dayOfMs(first.getTime() + (Math.min(anchorDay, last) - 1) * dayMs);
}

/** The first period of somebody who joins. */
export const firstPeriod = (from: string, months: number): Period => ({
  from,
  to: addMonths(from, months, dayOfMonth(from)),
});

/** The one that follows without a gap. */
export const nextPeriod = (end: string, months: number, anchorDay: number): Period => ({
  from: end,
  to: addMonths(end, months, anchorDay),
});

/** The days that are left from `today` on; none when it is over. */
export const daysLeft = (endsOn: string, today: string): Period => ({
  from: laterOf(today, endsOn) === endsOn ? today : endsOn,
  to: endsOn,
});

interface Plans {
  planId: string;
  /** The plan that follows: from `planFrom` on where that is paid for already, else from the end on. */
  nextPlanId: string | null;
  planFrom: string | null;
}

/**
 * The plan of the days that have begun last, and the one that follows: of the first days ahead in another plan; without any, the
 * one that was chosen and is not paid for yet. `periods` are in order; `known` counts where they say nothing.
 */
export function plansOn(today: string, periods: ReadonlyArray<Period & { planId: string }>, known: Plans): Plans {
  const planId = periods.findLast(({ from }) => from <= today)?.planId ?? known.planId;
  const next = periods.find((one) => one.from > today && one.planId !== planId);
  if (next) return { planId, nextPlanId: next.planId, planFrom: next.from };
  const chosen = known.planFrom === null && known.nextPlanId !== planId ? known.nextPlanId : null;
  return { planId, nextPlanId: chosen, planFrom: null };
}

/** The last day that is covered. */
export const lastDay = ({ to }: Pick<Period, 'to'>) => addDays(to, -1);

/** amount × part / whole in minor units, halves up. The rest is `amount` less this, so that nothing is lost between the two. */
export function share(amount: number, part: number, whole: number): number {
  const numerator = 2 * amount * part + whole;
  const denominator = 2 * whole;
  return (numerator - (numerator % denominator)) / denominator;
}

/** Divides an amount as `parts` are to each other, to the unit. All that is left of `whole` falls to nobody. */
export function divide(amount: number, parts: Record<string, number>, whole: number): Record<string, number> {
  let before = 0;
  const divided = Object.entries(parts).map(([name, part]) => {
    const from = share(amount, before, Math.max(whole, 1));
    before += part;
    return [name, share(amount, before, Math.max(whole, 1)) - from] as const;
  });
  return Object.fromEntries(divided);
}

export const sum = (parts: Record<string, number>) => Object.values(parts).reduce((all, part) => all + part, 0);

/** Which orders have paid for so much of a period: the credits that it was paid with, and for the rest its own. */
export function sourcesOf(
  period: { amount: number; orderId: string | null; credits: Record<string, number> },
  amount: number,
): Record<string, number> {
  const credits = divide(amount, period.credits, period.amount);
  return { ...credits, [period.orderId ?? '']: amount - sum(credits) };
}

export interface Proration {
  /** What the days that are not used were worth, of what was paid for them. */
  credit: number;
  /** What the same days cost in the other plan. */
  charge: number;
  /** Never below zero: a change to what costs less waits for the end of the period instead. */
  due: number;
}

/**
 * Changing from `on` until a period's end. With d the days from `on` to its end: credit = paid × d / (its own days), charge =
 * price × d / (the days of a whole period of the other plan that ends on the same day). Both rounded to the minor unit,
 * halves up; the credit is at most the charge.
 */
export function prorate(input: { paid: number; period: Period; on: string; price: number; whole: Period }): Proration {
  const left = daysBetween(laterOf(input.on, input.period.from), input.period.to);
  const charge = share(input.price, left, daysBetween(input.whole.from, input.whole.to));
  const unused = share(input.paid, left, daysBetween(input.period.from, input.period.to));
  const credit = Math.min(unused, charge);
  return { credit, charge, due: charge - credit };
}

/** A whole period of so many months that ends on that day. */
export const periodUntil = (to: string, months: number, anchorDay: number): Period => ({
  from: addMonths(to, -months, anchorDay),
  to,
});

export type StepKind = 'announce' | 'renew' | 'lapse';

/**
 * What happens around the end of a membership that nobody has renewed, by days from its end (day 0 is the first day that is
 * not paid for). With automatic renewal `renew` charges the card; without, it reminds with the link.
 */
export const steps: ReadonlyArray<{ day: number; kind: StepKind; reason: string }> = [
  {
    day: -14,
    kind: 'announce',
    reason: 'two weeks to change the card, the plan or one’s mind before anything is charged',
  },
  { day: 0, kind: 'renew', reason: 'not a day earlier: what is paid for is used first' },
  { day: 3, kind: 'renew', reason: 'a limit or a bank’s outage is often over by then' },
  { day: 7, kind: 'renew', reason: 'another weekday, when salaries may have come in' },
  { day: 14, kind: 'renew', reason: 'the last try: banks frown on more than four' },
  { day: 30, kind: 'lapse', reason: 'the statutes give a month of grace; after it the place is given up' },
];

/** Days after the end of what is paid for, within which a member keeps their place. */
export const graceDays = steps.find(({ kind }) => kind === 'lapse')?.day ?? 0;

/** How long a link to renew works: the time between two mails that bring one, and the weekend after. */
export const linkDays = 14;

/** How far ahead one can pay: two years of a yearly plan, so that nobody renews for ever by pressing a button twice. */
export const farthestAheadDays = 762;

/** A new price holds from a month ahead at the earliest: what was announced to members is what they are charged. */
export const priceNoticeDays = 30;

export interface PlannedStep {
  step: number;
  on: string;
}

/** The first step around `end` that falls on `today` or later, after `done` (days from the end); null when there is none. */
export function nextStep(end: string, today: string, done = Number.NEGATIVE_INFINITY): PlannedStep | null {
  const found = steps.find(({ day }) => day > done && addDays(end, day) >= today);
  return found ? { step: found.day, on: addDays(end, found.day) } : null;
}

/**
 * The step after one that was made: on its day, or tomorrow when that day has passed. Nothing is left out after an outage, and
 * no two are made on one day: nobody lapses who was not asked as often as everybody else.
 */
export function stepAfter(end: string, done: number, today: string): PlannedStep | null {
  const found = steps.find(({ day }) => day > done);
  if (!found) return null;
  return { step: found.day, on: laterOf(addDays(end, found.day), addDays(today, 1)) };
}

export const kindOfStep = (step: number): StepKind | null => steps.find(({ day }) => day === step)?.kind ?? null;

/** What costs more over the same time is a step up, and can be made at once. */
export const costsMore = (one: { amount: number; months: number }, than: { amount: number; months: number }) =>
  one.amount * than.months > than.amount * one.months;

/** `Visa ••4242` */
export const brandNames: Record<string, string> = { visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express' };
export const cardText = ({ brand, last4 }: { brand: string | null; last4: string | null }) =>
  `${brandNames[brand ?? ''] ?? brand ?? 'Card'} ••${last4 ?? ''}`;
