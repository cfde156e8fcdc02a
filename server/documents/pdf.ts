import type { Ctx } from '#server/context/context.ts';
import { maskAddressLine, maskToInitial } from '#server/crypto/mask.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { billToField } from './commands/issue.ts';
import { type Document, documentBytes } from './document.ts';
import { amountText, moneyText } from './money.ts';
import type { IssuedDocument } from './record.ts';
import { nameOf } from './rules.ts';

/** To whom it goes, line by line; null once they were erased. Personal. */
export async function billToOf(ctx: Ctx, { memberId, billToSealed }: IssuedDocument): Promise<string[] | null> {
  const key = billToSealed === null ? null : await ctx.app.dataKeys.find(ctx.sql, memberId);
  const opened = openOrNull(key, billToField, billToSealed);
  return opened === null ? null : (JSON.parse(opened) as string[]);
}

export const fileNameOf = ({ number }: IssuedDocument) => `${number}.pdf`;

/** As they stand on the paper of whoever may not see more: `A***`, `***`. */
export const maskBillTo = (lines: readonly string[]): string[] =>
  lines.map((line, i) => (i === 0 ? maskToInitial(line) : maskAddressLine()));

/** The document on the house's paper, to `recipient`, line by line: the same each time, for it is made of what was issued. */
export function documentPdf(issued: IssuedDocument, recipient: readonly string[]): AsyncGenerator<Uint8Array> {
  const title = `${nameOf[issued.kind]} ${issued.number}`;
  return documentBytes({ title, language: 'en', createdAt: new Date(issued.issuedAt), footer: title }, (document) =>
    write(document, issued, recipient),
  );
}

const percent = (rateBp: number) => `${rateBp / 100} %`;

function write(document: Document, issued: IssuedDocument, recipient: readonly string[]): void {
  const { currency, lines, taxLines, total } = issued;
  document.letterhead({
    title: nameOf[issued.kind],
    recipient,
    facts: [['Number', issued.number], ['Date', issued.issuedAt.slice(0, 10)], ...issued.facts],
  });
  const table = document.table([
    { title: 'What', share: 0.52 },
    { title: 'Quantity', share: 0.12, align: 'right' },
    { title: 'Tax', share: 0.12, align: 'right' },
    { title: `Amount in ${currency}`, share: 0.24, align: 'right' },
  ]);
  for (const { text, quantity, taxRateBp, amount } of lines) {
    table.row([text, String(quantity), percent(taxRateBp), amountText(amount, currency)]);
  }
  table.row(['Total', '', '', amountText(total, currency)], { weight: 600 });
  table.end();
  for (const { name, net, tax } of taxLines) {
    document.paragraph(`${name}: ${moneyText(tax, currency)} on ${moneyText(net, currency)} net`, { muted: true });
  }
  document.paragraph('Amounts include the tax.', { muted: true });
}
