import type { Transfer, TransferRow } from '../../api/transfers.ts';
import type { Step } from '../../data/step-list.tsx';
import { formatMoney } from '../../values/format.ts';

type Shown = Pick<Transfer, 'status' | 'direction' | 'amount' | 'currency' | 'otherParty'>;

/** What the page says of a transfer as a whole. Seen by who sent it, and by who gets it. */
export function transferWords({ status, direction, amount, currency, otherParty }: Shown): {
  title: string;
  lead: string;
} {
  const money = formatMoney(amount, currency);
  // At the beginning of a sentence; names end with a full stop of their own, so never at its end.
  const other = otherParty ?? 'Another member';
  if (direction === 'in') {
    switch (status) {
      case 'pending':
        return {
          title: `${money} is on its way to you`,
          lead: `${other} sends it. It is on your account in a moment.`,
        };
      case 'completed':
        return { title: `${money} received`, lead: `${other} sent it. It is on your account.` };
      default:
        return { title: `${money} did not arrive`, lead: `${other} has it back.` };
    }
  }
  switch (status) {
    case 'pending':
      return {
        title: `Sending ${money}`,
        lead: `${other} gets it in a moment. Until then it is held on your account.`,
      };
    case 'completed':
      return { title: `${money} sent`, lead: `${other} has it.` };
    case 'compensated':
      return { title: `${money} came back`, lead: `${other} could not get it. It is on your account again.` };
    case 'failed':
      return { title: `${money} was not sent`, lead: 'Nothing left your account.' };
  }
}

/** What a row of the list is called. */
export const nameOf = ({ direction, otherParty }: Pick<TransferRow, 'direction' | 'otherParty'>): string =>
  direction === 'out' ? `To ${otherParty ?? 'another member'}` : `From ${otherParty ?? 'another member'}`;

export const stateWords: Record<TransferRow['status'], string> = {
  pending: 'Under way',
  completed: 'Arrived',
  failed: 'Not sent',
  compensated: 'Came back',
};

const done = (words: string): Step => ({ words, mark: 'done' });

/** How far it has got, in steps that mean something to a member. */
export function stepsOf({ status, direction, steps }: Pick<Transfer, 'status' | 'direction' | 'steps'>): Step[] {
  const isDone = (name: string) => {
    const step = steps.find((one) => one.name === name);
    return status === 'completed' || step?.status === 'completed' || step?.status === 'skipped';
  };
  const begun = [done(direction === 'in' ? 'Sent' : 'Held')];
  if (status === 'failed') return [...begun, { words: 'Debited', mark: 'bad' }, done('No longer held')];
  if (status === 'compensated') {
    return [...begun, done('Debited'), { words: 'Arrived', mark: 'bad' }, done('Given back')];
  }
  const left = ['debit', 'credit'].filter((name) => !isDone(name));
  const mark = (name: string) => (!left.includes(name) ? 'done' : left[0] === name ? 'now' : 'next');
  return [...begun, { words: 'Debited', mark: mark('debit') }, { words: 'Arrived', mark: mark('credit') }];
}
