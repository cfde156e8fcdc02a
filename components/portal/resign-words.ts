import type { Member } from '../api/shapes.ts';
import { formatDate } from '../values/format.ts';

/** Until which day something is paid for, or null. `today` is YYYY-MM-DD. */
export const coveredUntil = ({ paidUntil }: Pick<Member, 'paidUntil'>, today: string) =>
  paidUntil !== null && paidUntil >= today ? paidUntil : null;

export const coveredToday = (member: Pick<Member, 'paidUntil'>) =>
  coveredUntil(member, new Date().toISOString().slice(0, 10));

/** What resigning means, and from when. */
export const resignWords = (covered: string | null) =>
  covered
    ? `You stop being a member today, and can order nothing more. Nothing is charged any more, and what you paid for stays yours until ${formatDate(covered)}. You can come back any time.`
    : 'Your membership ends today, and nothing more is charged. You can still sign in to download your data, and come back any time.';
