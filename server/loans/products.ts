import type { Queryable } from '#db/client.ts';
import type { LoanQuestion } from '#db/schema/loans.ts';

const questions: LoanQuestion[] = [
  {
    id: 'purpose',
    label: 'What the loan is for',
    hint: 'In a sentence or two.',
    kind: 'text',
    required: false,
  },
];

/** The loans that a new installation offers. Ids are fixed, so that running it twice changes nothing. */
export const startingLoanProducts = [
  {
    id: '0190a5b0-0000-7000-8000-000000000101',
    code: 'hardship',
    name: 'Hardship loan',
    description: 'For bills that cannot wait: illness, repairs, a gap in income.',
    minAmount: 20_000,
    maxAmount: 250_000,
    terms: [6, 12, 18, 24],
    rateBp: 0,
    twoPeopleAbove: 150_000,
    sort: 1,
  },
  {
    id: '0190a5b0-0000-7000-8000-000000000102',
    code: 'training',
    name: 'Training loan',
    description: 'For courses, examinations and the time off that they take.',
    minAmount: 50_000,
    maxAmount: 1_000_000,
    terms: [12, 24, 36, 48],
    rateBp: 240,
    twoPeopleAbove: 500_000,
    sort: 2,
  },
  {
    id: '0190a5b0-0000-7000-8000-000000000103',
    code: 'practice',
    name: 'Practice loan',
    description: 'For setting up or moving an own practice: equipment, deposit, software.',
    minAmount: 100_000,
    maxAmount: 2_500_000,
    terms: [12, 24, 36, 48, 60],
    rateBp: 390,
    twoPeopleAbove: 500_000,
    sort: 3,
  },
] as const;

export async function installLoanProducts(sql: Queryable): Promise<void> {
  for (const one of startingLoanProducts) {
    await sql`
      insert into loan_products (id, code, name, description, currency, min_amount, max_amount, terms, rate_bp,
        two_people_above, grace_days, questions, sort)
      values (${one.id}, ${one.code}, ${one.name}, ${one.description}, 'EUR', ${one.minAmount}, ${one.maxAmount},
        ${[...one.terms]}::int[], ${one.rateBp}, ${one.twoPeopleAbove}, ${graceDays},
        ${JSON.stringify(questions)}::text::jsonb, ${one.sort})
      on conflict (id) do nothing`;
  }
}

/** A bank may take so long to bring what was sent on the day. */
const graceDays = 5;
