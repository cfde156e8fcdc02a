import { setImmediate } from 'node:timers/promises';
import type { Ctx } from '#server/context/context.ts';
import { type Document, documentBytes } from '#server/documents/document.ts';
import { amountText, moneyText } from '#server/documents/money.ts';
import type { StatementQuery } from '../shapes.ts';
import { fileNameOf, type Statement, statementOf } from './statement.ts';

/** A statement on the house's paper. It carries the account's number and no name. @throws AppError `not_found` */
export async function statementPdf(
  ctx: Ctx,
  accountId: string,
  query: StatementQuery,
  signal: AbortSignal,
): Promise<{ fileName: string; chunks: AsyncIterable<Uint8Array> }> {
  const statement = await statementOf(ctx, accountId, query, signal);
  const { account } = statement;
  const chunks = documentBytes(
    {
      title: `Statement of account ${account.number}`,
      language: 'en',
      createdAt: ctx.now(),
      footer: `Account ${account.number}, ${query.from} to ${query.to}`,
    },
    (document) => write(document, statement, ctx.now()),
  );
  return { fileName: `${fileNameOf(statement)}.pdf`, chunks };
}

async function write(document: Document, statement: Statement, now: Date): Promise<void> {
  const { account, from, to, opening, lines } = statement;
  const { currency } = account;
  document.letterhead({
    title: 'Statement of account',
    recipient: [account.name, `Account ${account.number}`],
    facts: [
      ['From', from],
      ['To', to],
      ['Currency', currency],
      ['Made on', now.toISOString().slice(0, 10)],
    ],
  });
  document.paragraph(`Opening balance ${moneyText(opening, currency)}`, { weight: 600 });
  const table = document.table([
    { title: 'Booked', share: 0.13 },
    { title: 'Entry', share: 0.13 },
    { title: 'What', share: 0.32 },
    { title: 'Debit', share: 0.14, align: 'right' },
    { title: 'Credit', share: 0.14, align: 'right' },
    { title: 'Balance', share: 0.14, align: 'right' },
  ]);
  let closing = opening;
  let debits = 0;
  let credits = 0;
  let rows = 0;
  const amount = (value: number) => (value === 0 ? '' : amountText(value, currency));
  for await (const line of lines) {
    // A row takes a millisecond: others get their turn in between.
    rows += 1;
    if (rows % 20 === 0) await setImmediate();
    closing = line.balance;
    debits += line.debit;
    credits += line.credit;
    const kind = line.kind.replaceAll('_', ' ');
    table.row([
      line.bookedAt.slice(0, 10),
      line.number,
      line.memo === null ? kind : `${kind}: ${line.memo}`,
      amount(line.debit),
      amount(line.credit),
      amountText(line.balance, currency),
    ]);
  }
  table.row(['', '', 'Total', amount(debits), amount(credits), ''], { weight: 600 });
  table.end();
  document.paragraph(`Closing balance ${moneyText(closing, currency)}`, { weight: 600 });
  document.paragraph('Days are cut in UTC. What is held and not yet posted is not on this statement.', { muted: true });
}
