import type { Route } from 'next';
import type { SagaRow } from '../../api/console/shapes.ts';
import { wordsOf } from '../../values/format.ts';

const steps: Record<string, string> = {
  'check-member': 'Check the member',
  payment: 'Payment',
  'reserve-stock': 'Reserve stock',
  ship: 'Ship',
  complete: 'Complete',
};

export const stepName = (name: string) => steps[name] ?? wordsOf(name);

const happened: Record<string, string> = {
  begun: 'Begun',
  retry: 'Tried again by hand',
  skip: 'Skipped by hand',
  settle: 'Settled by hand',
};

export const logWords = (what: string) => happened[what] ?? wordsOf(what);

/** The page that shows a saga best: its order's, or its own. */
export const sagaHref = ({ id, type, subjectId }: Pick<SagaRow, 'id' | 'type' | 'subjectId'>): Route =>
  (type === 'order' ? `/ops/orders/${subjectId}` : `/ops/sagas/${id}`) as Route;
