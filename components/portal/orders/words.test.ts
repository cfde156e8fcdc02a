import { expect, test } from 'vitest';
import { orderWords, shownSteps, stepWords } from './words.ts';

const step = (name: string, status: 'pending' | 'completed' = 'pending') => ({
  name,
  status,
  attempts: 0,
  startedAt: null,
  finishedAt: null,
});

test('a step is called by what it does, and then by what it has done', () => {
  expect(stepWords(step('payment'))).toBe('Paying');
  expect(stepWords(step('payment', 'completed'))).toBe('Paid');
  expect(stepWords(step('something-new'))).toBe('something-new');
});

test('an order of nothing to send shows no parcel', () => {
  const steps = [step('payment'), step('ship'), step('complete')];
  expect(shownSteps({ steps, ships: false }).map(({ name }) => name)).toEqual(['payment', 'complete']);
  expect(shownSteps({ steps, ships: true })).toHaveLength(3);
});

test('an order that is completed says where the things are', () => {
  const lead = (ships: boolean, status: 'created' | 'handed_over' | null) =>
    orderWords({
      status: 'completed',
      ships,
      shipment: status && { id: '', number: '', status, createdAt: '', handedOverAt: null },
    }).lead;
  expect(lead(false, null)).toMatch(/yours to use/);
  expect(lead(true, 'created')).toMatch(/send it soon/);
  expect(lead(true, 'handed_over')).toMatch(/on its way/);
});
