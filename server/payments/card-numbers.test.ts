import { pino } from 'pino';
import { beforeAll, expect, it } from 'vitest';
import { testCards } from '#sandbox/gateway/cards.ts';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { aProduct } from '#server/orders/orders.testing.ts';
import { callAs, testHouse } from './payments.testing.ts';

/**
 * Card numbers go to the gateway's frame and to nobody else. Everything that a person can do with a card is done with every
 * number that the gateway publishes, and then they are looked for: in the logs, at their most talkative, and in the database,
 * which has the jobs, the events and the audit trail. However they are spaced.
 */
const house = testHouse(() => ({ LOG_LEVEL: 'trace' }));
const app = house.app;
const sql = () => app.current.database.sql;

const logged: string[] = [];
let ada: Person;
let staff: Pick<Person, 'caller'>;
beforeAll(async () => {
  // Where all loggers of this process write to, for they are children of this one.
  Object.assign(app.current.log, { [pino.symbols.streamSym]: { write: (line: string) => void logged.push(line) } });
  ada = await aMember(app.current, 'ada');
  const user = await aSignedInUser(app.current, { roles: ['staff'] });
  staff = { caller: { name: 'staff', actor: user.actor, headers: { cookie: user.cookie } } };
});

const anyNumber = testCards.map(({ number }) => [...number].join('[ -]?')).join('|');

/** As the frame does it, with the key that pages may have. Refused, as some are: null. */
async function typed(number: string): Promise<string | null> {
  const answer = await fetch(new URL('/v1/payment_methods', house.sandbox.urls.gateway), {
    method: 'POST',
    headers: { authorization: `Bearer ${house.sandbox.credentials.gateway.publishableKey}` },
    body: new URLSearchParams({
      type: 'card',
      'card[number]': number,
      'card[exp_month]': '12',
      'card[exp_year]': '2031',
      'card[cvc]': '123',
    }),
  });
  const { id } = (await answer.json()) as { id?: string };
  return id ?? null;
}

it('are nowhere, whatever is done with them', { timeout: 300_000 }, async () => {
  const course = await aProduct(app.current, { digital: true, amount: 1_000 });
  const item = { items: [{ productId: course.id, quantity: 1 }] };
  const call = (path: string, body: object) => callAs(house, ada, 'POST', path, body);
  let used = 0;
  for (const { number } of testCards) {
    await sql()`delete from rate_limits`;
    const paymentMethod = await typed(number);
    if (paymentMethod === null) continue;
    used += 1;
    await call('/cards', { paymentMethod });
    await call('/payments', { purpose: 'top_up', amount: 1_000, currency: 'EUR', paymentMethod, saveCard: true });
    await call('/orders', { ...item, paymentMethod });
  }
  expect(used).toBeGreaterThan(20);
  // Typed where they do not belong.
  const spaced = '4000 0000 0000 9995';
  for (const number of [testCards[0]?.number ?? '', spaced, spaced.replaceAll(' ', '-')]) {
    for (const [path, body] of [
      ['/cards', { paymentMethod: number }],
      ['/payments', { purpose: 'top_up', amount: 1_000, currency: 'EUR', paymentMethod: number }],
      ['/orders', { ...item, paymentMethod: number }],
      ['/orders', { ...item, paymentMethod: 'pm_card_visa', number }],
    ] as const) {
      const { status, body: answer } = await call(path, body);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(JSON.stringify(answer)).not.toMatch(new RegExp(anyNumber));
    }
    for (const who of [ada, staff]) {
      await callAs(house, who, 'GET', `/payments?q=${encodeURIComponent(number)}`);
      await callAs(house, who, 'GET', `/orders?number=${encodeURIComponent(number)}`);
    }
  }
  // Partners that are not there are asked for ever.
  await eventually(async () => {
    const jobs = await sql()`
      select name from pgboss.job where state < 'completed' and start_after <= now()
        and name in ('saga-steps', 'saga-calls', 'payment-charges', 'gateway-events', 'card-saves', 'card-news', 'card-setups')`;
    expect(jobs).toEqual([]);
  }, 120_000);

  expect(logged.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(100);
  expect(logged.filter((line) => new RegExp(anyNumber).test(line))).toEqual([]);
  expect(await columnsWith(anyNumber)).toEqual([]);
});

it('would be found', async () => {
  app.current.log.info({ card: '4242-4242-4242-4242' }, 'test');
  expect(logged.filter((line) => new RegExp(anyNumber).test(line))).toHaveLength(1);
  await sql()`insert into rate_limits (key, points) values ('4000 0000 0000 9995', 1)`;
  expect(await columnsWith(anyNumber)).toEqual(['public.rate_limits.key']);
});

async function columnsWith(pattern: string): Promise<string[]> {
  const columns = await sql()<{ schema: string; table: string; column: string }[]>`
    select table_schema as schema, table_name as "table", column_name as "column" from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and table_schema in ('public', 'pgboss')
      and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')`;
  expect(columns.length).toBeGreaterThan(200);
  const found: string[] = [];
  for (const { schema, table, column } of columns) {
    const [row] = await sql()`
      select 1 from ${sql()(schema)}.${sql()(table)} where ${sql()(column)}::text ~ ${pattern} limit 1`;
    if (row) found.push(`${schema}.${table}.${column}`);
  }
  return found;
}
