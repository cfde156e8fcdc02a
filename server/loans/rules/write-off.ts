import type { Owed } from './allocation.ts';

/** How long a proposal waits for a second person. */
const proposalDays = 30;

/** Interest of the month under way was never booked: there is nothing of it to lose. */
export const lostOf = (owed: Owed) => owed.total - owed.interestAccrued;

/** The second person agrees to what the first one saw, and soon after. `at` RFC 3339, amounts in minor units. */
export const proposalHolds = (proposal: { at: string; amount: number | null }, lost: number, now: Date): boolean =>
  proposal.amount === lost && now.getTime() - Date.parse(proposal.at) <= proposalDays * 24 * 3_600_000;
