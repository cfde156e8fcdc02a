import { expect, test } from 'vitest';
import type { Member } from '../api/shapes.ts';
import { needsOf } from './needs.ts';

const member: Member = {
  id: '0199a2c4-7b6f-7000-8000-000000000001',
  number: 'M-004211',
  status: 'active',
  givenName: 'Ada',
  familyName: 'Reed',
  email: 'ada@example.org',
  pendingEmail: null,
  phone: '+49 30 1234567',
  dateOfBirth: '1987-04-12',
  address: { line1: 'Weg 1', line2: null, city: 'Berlin', postalCode: '10115', region: null, country: 'DE' },
  plan: { id: '0199a2c4-7b6f-7000-8000-000000000002', code: 'professional', name: 'Professional' },
  paidUntil: '2027-03-14',
  mailChoices: { newsletter: false, events: false, receipts: true },
  joinedAt: '2019-05-04T10:00:00Z',
  verifiedAt: '2019-05-04T10:05:00Z',
  version: 1,
  updatedAt: '2026-01-01T00:00:00Z',
  masked: false,
};
const ids = (changes: Partial<Member>) =>
  needsOf({ ...member, ...changes }, undefined, undefined, '2026-11-21').map(({ id }) => id);

test('a member with everything in order needs nothing', () => {
  expect(ids({})).toEqual([]);
});

test('paid until today is still paid, until yesterday is not', () => {
  expect(ids({ paidUntil: '2026-11-21' })).toEqual([]);
  expect(ids({ paidUntil: '2026-11-20' })).toEqual(['unpaid']);
  expect(ids({ paidUntil: null })).toEqual(['unpaid']);
});

test('someone who has resigned, or lapsed, is not asked to pay, but shown the way back', () => {
  const need = (changes: Partial<Member>) =>
    needsOf({ ...member, ...changes }, undefined, undefined, '2026-11-21').map(({ title, link }) => [title, link]);
  expect(need({ status: 'resigned', paidUntil: null })).toEqual([
    ['You have resigned', { href: '/membership', label: 'Rejoin' }],
  ]);
  expect(need({ status: 'resigned' })).toEqual([['You have resigned', { href: '/membership', label: 'Take it back' }]]);
  expect(need({ status: 'lapsed', paidUntil: '2026-03-14' })).toEqual([
    ['Your membership has lapsed', { href: '/checkout?plan=professional', label: 'Rejoin' }],
  ]);
});

test('whoever comes back is led to pay, whatever was paid before', () => {
  const [need] = needsOf({ ...member, status: 'pending', paidUntil: '2025-03-14' }, undefined, undefined, '2026-11-21');
  expect(need?.link).toEqual({ href: '/checkout?plan=professional', label: 'Pay now' });
});

test('the most pressing comes first', () => {
  expect(ids({ status: 'suspended', verifiedAt: null, phone: null, paidUntil: null })).toEqual([
    'verify',
    'status',
    'incomplete',
  ]);
});

test('a divergence that is settling by itself does not bother the member', () => {
  const source = { status: 'ok', reason: null, asOf: null, data: null } as const;
  const sources = { legacy: source, crm: source, payments: source, certifications: source };
  const differing = (settling: boolean) =>
    needsOf(
      member,
      { guildhall: {}, sources, divergences: [{ field: 'familyName', values: {}, settling }] },
      undefined,
      '2026-11-21',
    );
  expect(differing(true)).toEqual([]);
  expect(differing(false).map(({ text }) => text)).toEqual(['Please check: family name. We are mending it too.']);
});

test('whoever joins is led to pay for their plan', () => {
  const plan = { ...member.plan, description: '', price: { amount: 12_900, currency: 'EUR' }, periodMonths: 12 };
  const [need] = needsOf({ ...member, status: 'pending', paidUntil: null }, undefined, [plan], '2026-11-21');
  expect([need?.title, need?.link]).toEqual([
    'Finish joining',
    { href: '/checkout?plan=professional', label: 'Pay €129.00' },
  ]);
});
