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
  const status = statusNeedOf(member, today);
  if (status) needs.push(status);
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

function statusNeedOf(member: Member, today: string): Need | null {
  switch (member.status) {
    case 'suspended':
      return {
        id: 'status',
        tone: 'bad',
        title: 'Your membership is suspended',
        text: 'Write to us, and we sort it out together.',
        link: { href: '/help', label: 'Ask about it' },
      };
    case 'lapsed':
      return {
        id: 'status',
        tone: 'bad',
        title: 'Your membership has lapsed',
        text: `You keep your number, ${member.number}. Your plan begins again on the day on which it is paid.`,
        link: { href: `/checkout?plan=${member.plan.code}`, label: 'Rejoin' },
      };
    case 'resigned': {
      const covered = member.paidUntil !== null && member.paidUntil >= today;
      return {
        id: 'status',
        tone: 'info',
        title: 'You have resigned',
        text:
          covered && member.paidUntil
            ? `What you paid for stays yours until ${formatDate(member.paidUntil)}.`
            : 'Your data stays here for you to download.',
        link: { href: '/membership', label: covered ? 'Take it back' : 'Rejoin' },
      };
    }
    default:
      return null;
  }
}

function unpaidOf(member: Member, plans: readonly Plan[] | undefined, today: string): Need | null {
  // The others are told how they stand, and cannot pay as it is.
  if (!['pending', 'active', 'grace'].includes(member.status)) return null;
  if (member.paidUntil === null || member.status === 'pending') {
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
