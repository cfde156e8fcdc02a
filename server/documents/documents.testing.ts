import { inflateSync } from 'node:zlib';
import type { App } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { issueDocument } from './commands/issue.ts';

/** A receipt of theirs, for nothing in particular. Gives its id. */
export async function aReceiptOf(app: App, memberId: string): Promise<string> {
  const ctx = createContext(app, { actor: { kind: 'system', name: 'test' } });
  const issued = await inTransaction(ctx, (tx) =>
    issueDocument(tx, {
      kind: 'receipt',
      memberId,
      currency: 'EUR',
      lines: [{ text: 'Something', quantity: 1, amount: 1_000, taxRateBp: 0, tax: 0 }],
      taxLines: [],
      facts: [],
      billTo: ['Ada Okafor'],
      meaning: `test:${memberId}`,
    }),
  );
  return issued.id;
}

/** A PDF as text, with what is packed in it unpacked. */
export function unpacked(pdf: Buffer): string {
  const text = pdf.toString('latin1');
  const streams = [...text.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map((match) => {
    try {
      return inflateSync(Buffer.from(match[1] ?? '', 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  return text + streams.join('\n');
}
