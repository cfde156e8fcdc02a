import type { Route } from 'next';
import type { Saga, SagaRow } from '../../api/console/shapes.ts';
import { wordsOf } from '../../values/format.ts';

const steps: Record<string, string> = {
  'check-member': 'Check the member',
  payment: 'Payment',
  'reserve-stock': 'Reserve stock',
  ship: 'Ship',
  complete: 'Book the sale',
  debit: 'Debit the sender',
  credit: 'Credit the recipient',
  'customer-view': 'Update both overviews',
};

export const stepName = (name: string) => steps[name] ?? wordsOf(name);

const happened: Record<string, string> = {
  begun: 'Begun',
  retry: 'Tried again by hand',
  skip: 'Skipped by hand',
  settle: 'Settled by hand',
};

/** Of the saga as a whole, although the log names the step that it came to. */
const ofTheWhole: Record<string, string> = {
  'saga completed': 'Every step is done',
  'everything undone': 'Everything is undone',
};

/** A line of the log: the step that it is about, unless it is about all of them, and what happened. */
export function logWords({ step, what }: Pick<Saga['log'][number], 'step' | 'what'>): {
  step: string | null;
  words: string;
} {
  const whole = ofTheWhole[what];
  if (whole) return { step: null, words: whole };
  const words = happened[what] ?? wordsOf(what);
  return step === null ? { step, words } : { step: stepName(step), words: words.toLowerCase() };
}

/** What a saga is about, as people call it: `Order O-000093`. */
export const sagaSubject = ({
  type,
  subjectId,
  subjectNumber,
}: Pick<SagaRow, 'type' | 'subjectId' | 'subjectNumber'>) =>
  `${wordsOf(type)} ${subjectNumber ?? `…${subjectId.slice(-8)}`}`;

/** The page that shows a saga best: its order's, or its own. */
export const sagaHref = ({ id, type, subjectId }: Pick<SagaRow, 'id' | 'type' | 'subjectId'>): Route =>
  (type === 'order' ? `/ops/orders/${subjectId}` : `/ops/sagas/${id}`) as Route;
