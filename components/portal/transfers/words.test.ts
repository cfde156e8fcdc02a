import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../api/transfers.ts';
import { stepsOf, transferWords } from './words.ts';

type StepStatus = Transfer['steps'][number]['status'];
const steps = (debit: StepStatus, credit: StepStatus): Transfer['steps'] =>
  Object.entries({ debit, credit, 'customer-view': 'pending' as const }).map(([name, status]) => ({
    ...{ name, status, attempts: 1, startedAt: null, finishedAt: null },
  }));
const marks = (status: Transfer['status'], list: Transfer['steps']) =>
  stepsOf({ status, direction: 'out', steps: list })
    .map(({ words, mark }) => `${words} ${mark}`)
    .join(', ');

describe('the steps of a transfer', () => {
  it('light up one after the other', () => {
    expect(marks('pending', [])).toBe('Held done, Debited now, Arrived next');
    expect(marks('pending', steps('running', 'pending'))).toBe('Held done, Debited now, Arrived next');
    expect(marks('pending', steps('completed', 'pending'))).toBe('Held done, Debited done, Arrived now');
    expect(marks('pending', steps('completed', 'completed'))).toBe('Held done, Debited done, Arrived done');
    expect(marks('completed', [])).toBe('Held done, Debited done, Arrived done');
  });

  it('say how it was undone', () => {
    expect(marks('compensated', steps('completed', 'failed'))).toBe(
      'Held done, Debited done, Arrived bad, Given back done',
    );
    expect(marks('failed', steps('failed', 'pending'))).toBe('Held done, Debited bad, No longer held done');
  });
});

it('is told from the side of whoever looks', () => {
  const transfer = { status: 'compensated', amount: 1250, currency: 'EUR', otherParty: 'Bob O.' } as const;
  expect(transferWords({ ...transfer, direction: 'out' })).toEqual({
    title: '€12.50 came back',
    lead: 'Bob O. could not get it. It is on your account again.',
  });
  expect(transferWords({ ...transfer, direction: 'in' }).lead).toBe('Bob O. has it back.');
  expect(transferWords({ ...transfer, direction: 'in', otherParty: null }).lead).toBe('Another member has it back.');
});
