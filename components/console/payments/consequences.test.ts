import { expect, test } from 'vitest';
import { consequencesOf } from './consequences.ts';

type Order = Parameters<typeof consequencesOf>[0];

const line = (kind: 'plan' | 'product', name: string, amount: number): Order['items'][number] => ({
  line: 1,
  kind,
  productId: null,
  planId: null,
  name,
  quantity: 1,
  unitPrice: { amount, currency: 'EUR' },
  amount: { amount, currency: 'EUR' },
  tax: { amount: 0, currency: 'EUR' },
  taxName: 'VAT',
  digital: false,
});
const parcel = (status: 'created' | 'handed_over' | 'cancelled') => ({
  id: 's1',
  number: 'S-000012',
  status,
  createdAt: '2026-01-02T03:04:05Z',
  handedOverAt: null,
});
const order = (over: Partial<Order>): Order => ({
  items: [line('product', 'Scale ruler', 2_500)],
  ships: true,
  shipment: null,
  status: 'completed',
  ...over,
});
const titles = (of: Order, whole: boolean) => consequencesOf(of, whole).map(({ title }) => title);

test('all of a plan’s money ends the membership, a part of it does not; a credit is no plan that was bought', () => {
  const upgrade = order({
    items: [line('plan', 'Fellow', 24_900), line('plan', 'Professional', -9_000)],
    ships: false,
  });
  expect(consequencesOf(upgrade, true)).toMatchObject([
    { title: 'This ends the membership', about: expect.stringMatching(/^What “Fellow” paid for/) },
  ]);
  expect(titles(upgrade, false)).toEqual(['The membership stays']);
});

test('a parcel is stopped while it is here, and only by all of the money', () => {
  expect(titles(order({ shipment: parcel('created') }), true)).toEqual(['Parcel S-000012 is stopped']);
  expect(titles(order({ shipment: parcel('created') }), false)).toEqual(['Parcel S-000012 is sent all the same']);
  expect(titles(order({ shipment: parcel('handed_over') }), true)).toEqual(['Parcel S-000012 has left the house']);
  expect(titles(order({ shipment: parcel('cancelled') }), true)).toEqual([]);
  expect(titles(order({ status: 'reserved' }), true)).toEqual(['Nothing is sent']);
});

test('what needs no delivery ends with nothing', () => {
  expect(titles(order({ ships: false }), true)).toEqual([]);
});
