import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, test } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { inTransaction } from '#server/context/context.ts';
import { issueDocument, type NewDocument } from '#server/documents/commands/issue.ts';
import { joined, systemContext } from '#server/members/members.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { composeMoneyMail } from './money-mails.ts';

const app = testApp(() => ({ GUILDHALL_URL: 'https://members.example.org' }));
let memberId: string;
beforeAll(async () => {
  await prepareQueues(app.current, queues);
  ({ memberId } = await joined(app.current));
});

const line = (text: string, quantity: number, amount: number) => ({ text, quantity, amount, taxRateBp: 0, tax: 0 });

/** What is mailed with a document: made in the transaction that issues it. */
const mailed = (
  template: 'receipt' | 'invoice' | 'refunded',
  document: Pick<NewDocument, 'kind' | 'lines' | 'orderId'>,
) =>
  inTransaction(systemContext(app.current), async (tx) => {
    const meaning = `test:${uuidv7()}`;
    const paper = { memberId, currency: 'EUR', taxLines: [], facts: [], billTo: null, meaning };
    const { id } = await issueDocument(tx, { ...paper, ...document });
    const common = { organisation: 'Institute', givenName: 'Ada' };
    return composeMoneyMail[template](tx, null, { facts: { documentId: id } }, common);
  });

test('a receipt, an invoice and a credit note name what was bought and lead to that order', async () => {
  const product = await aProduct(app.current);
  const { id: orderId } = await place(app.current, memberId, [product.line()]);
  const lines = [line('Professional', 1, 12_900), line('Handbook', 2, 5_002)];
  const see = { seeLabel: 'See this order', seeUrl: `https://members.example.org/orders/${orderId}` };
  const bought = {
    total: '€179.02',
    lines: [
      ['Professional', '€129.00'],
      ['2 × Handbook', '€50.02'],
    ],
    ...see,
  };
  expect(await mailed('receipt', { kind: 'receipt', lines, orderId })).toMatchObject(bought);
  expect(await mailed('invoice', { kind: 'invoice', lines, orderId })).toMatchObject(bought);
  expect(await mailed('refunded', { kind: 'credit_note', lines, orderId })).toMatchObject({
    amount: '€179.02',
    ...see,
  });
});

test('money that is for no order leads to the account', async () => {
  const lines = [line('Money put on your account', 1, 5_000)];
  expect(await mailed('receipt', { kind: 'receipt', lines })).toMatchObject({
    lines: [['Money put on your account', '€50.00']],
    seeLabel: 'See your account',
    seeUrl: 'https://members.example.org/account',
  });
});
