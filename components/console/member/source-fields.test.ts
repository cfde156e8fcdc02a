import { describe, expect, test } from 'vitest';
import type { StaffOverview } from '../../api/console/shapes.ts';
import { sourceFields } from './source-fields.ts';

const missing = { status: 'unavailable', reason: 'not_connected', asOf: null, data: null } as const;
const ours = {
  givenName: 'Ada',
  familyName: 'O’Neil',
  email: 'a***@example.org',
  phone: '+4930***567',
  status: 'active',
};

const overview = (over: Partial<StaffOverview>): StaffOverview => ({
  guildhall: ours,
  sources: { legacy: missing, crm: missing, payments: missing, certifications: missing },
  divergences: [],
  ...over,
});

const crm = (data: Record<string, unknown> | null) =>
  ({ status: 'ok', reason: null, asOf: '2026-01-02T03:04:05Z', data }) as const;

describe('source fields', () => {
  test('nobody to compare with is not the same as agreeing', () => {
    const payments = crm({ customerId: 'cus_1', cards: [] });
    for (const other of [overview({}), overview({ sources: { ...overview({}).sources, payments } })]) {
      const rows = sourceFields(other);
      expect(new Set(rows.map(({ agreement }) => agreement))).toEqual(new Set(['unknown']));
    }
  });

  test('the server’s word decides: equal masks may hide different values', () => {
    const rows = sourceFields(
      overview({
        sources: { legacy: missing, crm: crm(ours), payments: missing, certifications: missing },
        divergences: [{ field: 'phone', values: {}, settling: false }],
      }),
    );
    expect(rows[0]).toMatchObject({ field: 'phone', agreement: 'differs' });
    expect(rows.find(({ field }) => field === 'email')?.agreement).toBe('same');
  });

  test('differing comes before settling, settling before the rest', () => {
    const rows = sourceFields(
      overview({
        sources: { legacy: missing, crm: crm(ours), payments: missing, certifications: missing },
        divergences: [
          { field: 'givenName', values: {}, settling: true },
          { field: 'status', values: {}, settling: false },
        ],
      }),
    );
    expect(rows.slice(0, 3).map(({ field, agreement }) => [field, agreement])).toEqual([
      ['status', 'differs'],
      ['givenName', 'settling'],
      ['familyName', 'same'],
    ]);
  });

  test('a field that a source does not keep is told from one that is empty there', () => {
    const rows = sourceFields(
      overview({ sources: { legacy: missing, crm: crm({ phone: null }), payments: missing, certifications: missing } }),
    );
    const inCrm = (field: string) => rows.find((row) => row.field === field)?.values[1]?.value;
    expect([inCrm('phone'), inCrm('givenName')]).toEqual([null, undefined]);
  });
});
