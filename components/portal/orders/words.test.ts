import { expect, test } from 'vitest';
import { orderWords, shownState, stepsOf } from './words.ts';

type Status = 'pending' | 'running' | 'waiting' | 'completed' | 'failed';
const step = (name: string, status: Status = 'pending') => ({
  ...{ name, status, attempts: 0 },
  ...{ startedAt: null, finishedAt: null },
});

test('a step is called by what it does, and then by what it has done; the first that is open is under way', () => {
  const steps = [step('check-member', 'completed'), step('payment'), step('reserve-stock'), step('something-new')];
  expect(stepsOf({ steps, ships: true, status: 'created' })).toEqual([
    { words: 'Membership checked', mark: 'done' },
    { words: 'Paying', mark: 'now' },
    { words: 'Reserving', mark: 'next' },
    { words: 'something-new', mark: 'next' },
  ]);
});

test('while the bank asks it says for whom it waits; what failed is not under way', () => {
  const waiting = [step('payment', 'waiting')];
  expect(stepsOf({ steps: waiting, ships: true, status: 'requires_action' })[0]?.words).toBe('Waiting for your bank');
  expect(stepsOf({ steps: [step('payment', 'failed')], ships: true, status: 'failed' })[0]?.mark).toBe('bad');
});

test('an order of nothing to send shows no parcel', () => {
  const steps = [step('payment'), step('ship'), step('complete')];
  const words = (ships: boolean) => stepsOf({ steps, ships, status: 'created' }).map((one) => one.words);
  expect(words(false)).toEqual(['Paying', 'Finishing']);
  expect(words(true)).toHaveLength(3);
});

const euros = (amount: number) => ({ amount, currency: 'EUR' });

test('of an order that was completed what has gone back is said; the reason of another stays', () => {
  const order = (refunded: number, status: 'completed' | 'cancelled' = 'completed') => ({
    ...{ status, ships: false, shipment: null, total: euros(2_500), refunded: euros(refunded) },
  });
  expect([0, 500, 2_500].map((amount) => shownState(order(amount)))).toEqual([
    'completed',
    'partially_refunded',
    'refunded',
  ]);
  expect(shownState(order(2_500, 'cancelled'))).toBe('cancelled');
  expect(shownState({ ...order(0), total: euros(0) })).toBe('completed');
  expect(orderWords(order(2_500)).title).toBe('Your money has gone back');
  expect(orderWords(order(500)).title).toBe('Thank you');
});

test('an order that is completed says where the things are', () => {
  const lead = (ships: boolean, status: 'created' | 'handed_over' | null) =>
    orderWords({
      status: 'completed',
      ships,
      ...{ total: euros(2_500), refunded: euros(0) },
      shipment: status && { id: '', number: '', status, createdAt: '', handedOverAt: null },
    }).lead;
  expect(lead(false, null)).toMatch(/yours to use/);
  expect(lead(true, 'created')).toMatch(/send it soon/);
  expect(lead(true, 'handed_over')).toMatch(/on its way/);
});
