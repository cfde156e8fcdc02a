import type { Member, Overview, Plan } from '../api/shapes.ts';
import { formatDate, formatMoney, wordsOf } from '../values/format.ts';

export interface Need {
  id: 'verify' | 'status' | 'unpaid' | 'incomplete' | 'differs';
  tone: 'warn' | 'info' | 'bad';
  title: string;
  text: string;
  link?: { href: '/help' | '/profile' | '/membership' | `/checkout?plan=${string}`; label: string };
}

/** What a member should look at, the most pressing first. `today` is YYYY-MM-DD. */
export function needsOf(
  member: Member,
  overview: Overview | undefined,
  plans: readonly Plan[] | undefined,
  today: string,
): Need[] {
  const needs: Need[] = [];
  if (member.verifiedAt === null) {
    needs.push({
      id: 'verify',
      tone: 'warn',
      title: 'Confirm your e-mail address',
      text: `Open the link in the mail that we sent to ${member.email}.`,
    });
  }
  if (member.status === 'suspended' || member.status === 'lapsed') {
    needs.push({
      id: 'status',
      tone: 'bad',
      title: member.status === 'suspended' ? 'Your membership is suspended' : 'Your membership has lapsed',
      text: 'Write to us, and we sort it out together.',
      link: { href: '/help', label: 'Ask about it' },
    });
  }
  const unpaid = unpaidOf(member, plans, today);
  if (unpaid) needs.push(unpaid);
  const missing = missingOf(member);
  if (missing.length > 0) {
    needs.push({
      id: 'incomplete',
      tone: 'info',
      title: 'Complete your profile',
      text: `Still missing: ${listOf(missing)}.`,
      link: { href: '/profile', label: 'Add it' },
    });
  }
  const differing = (overview?.divergences ?? []).filter(({ settling }) => settling !== true);
  if (differing.length > 0) {
    needs.push({
      id: 'differs',
      tone: 'info',
      title: 'Our records of you do not agree',
      text: `Please check: ${listOf(differing.map(({ field }) => wordsOf(field).toLowerCase()))}. We are mending it too.`,
      link: { href: '/profile', label: 'Check your profile' },
    });
  }
  return needs;
}

function unpaidOf(member: Member, plans: readonly Plan[] | undefined, today: string): Need | null {
  if (member.status === 'resigned' || member.status === 'deceased' || member.status === 'erased') return null;
  if (member.paidUntil === null) {
    const price = plans?.find(({ id }) => id === member.plan.id)?.price;
    return {
      id: 'unpaid',
      tone: 'warn',
      title: member.status === 'pending' ? 'Finish joining' : `${member.plan.name} is not paid yet`,
      text: `${member.plan.name} begins as soon as it is paid.`,
      link: {
        href: `/checkout?plan=${member.plan.code}`,
        label: price ? `Pay ${formatMoney(price.amount, price.currency)}` : 'Pay now',
      },
    };
  }
  if (member.paidUntil >= today) return null;
  return {
    id: 'unpaid',
    tone: 'warn',
    title: `${member.plan.name} ended on ${formatDate(member.paidUntil)}`,
    text: 'Renew it, and it goes on as before.',
    link: { href: '/membership', label: 'Renew' },
  };
}

function missingOf(member: Member): string[] {
  const missing: string[] = [];
  if (!member.phone) missing.push('phone');
  if (!member.dateOfBirth) missing.push('date of birth');
  if (!member.address) missing.push('address');
  return missing;
}

const listOf = (words: string[]) =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
