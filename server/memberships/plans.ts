import type { Queryable } from '#db/client.ts';

/** The plans a new installation starts with. Ids are fixed, so that running it twice changes nothing. */
export const startingPlans = [
  {
    id: '0190a5b0-0000-7000-8000-000000000001',
    code: 'student',
    name: 'Student',
    description: 'For people in their first training. Journal online, local events, mentoring.',
    price_amount: 3900,
    sort: 1,
  },
  {
    id: '0190a5b0-0000-7000-8000-000000000002',
    code: 'professional',
    name: 'Professional',
    description:
      'For people who practise. Everything for students, and certification, the register and legal first advice.',
    price_amount: 12900,
    sort: 2,
  },
  {
    id: '0190a5b0-0000-7000-8000-000000000003',
    code: 'fellow',
    name: 'Fellow',
    description:
      'For people who lead. Everything for professionals, and a vote in the council and the fellows’ library.',
    price_amount: 24900,
    sort: 3,
  },
];

export async function installPlans(sql: Queryable): Promise<void> {
  const rows = startingPlans.map((plan) => ({ ...plan, price_currency: 'EUR', period_months: 12 }));
  await sql`insert into plans ${sql(rows)} on conflict (id) do nothing`;
}
