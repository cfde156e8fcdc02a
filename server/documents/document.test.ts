import { expect, it } from 'vitest';
import { documentBytes } from './document.ts';
import { unpacked } from './documents.testing.ts';
import { runsOf } from './fonts.ts';
import { amountText, decimals, moneyText } from './money.ts';

const input = { title: 'Sample Ž €', language: 'en', createdAt: new Date('2026-01-02T03:04:05Z'), footer: 'Sample' };

async function bytesOf(write: Parameters<typeof documentBytes>[1]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of documentBytes(input, write)) pieces.push(piece);
  return Buffer.concat(pieces);
}

it('is a tagged PDF with title, language and embedded fonts in which Ž and € have their letters', async () => {
  const pdf = await bytesOf((document) => {
    document.letterhead({
      title: 'Statement',
      recipient: ['Žofia Ångström', 'Ελένη'],
      facts: [['From', '2026-01-01']],
    });
    document.paragraph('€1,234.50');
  });
  const text = unpacked(pdf);
  expect(text.startsWith('%PDF-1.7')).toBe(true);
  expect(text).toContain('/Lang (en)');
  expect(text).toContain('/Marked true');
  expect(text).toContain('/StructTreeRoot');
  expect(text).toContain('/FontFile');
  // As the fonts' tables back to Unicode name them: what is copied from the page is what was written.
  for (const letter of ['Ž', '€', 'Å', 'Ε']) {
    expect(text.toLowerCase()).toContain(`<${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}>`);
  }
});

it('goes on over pages, with the head of the table on each', async () => {
  const pdf = unpacked(
    await bytesOf((document) => {
      const table = document.table([
        { title: 'What', share: 0.7 },
        { title: 'How much', share: 0.3, align: 'right' },
      ]);
      for (let n = 0; n < 200; n += 1) table.row([`Line ${n} ${'word '.repeat(n % 40)}${'x'.repeat(n)}`, String(n)]);
      table.end();
    }),
  );
  const pages = pdf.match(/\/Type \/Page\n/g)?.length ?? 0;
  expect(pages).toBeGreaterThan(5);
  expect(pdf.match(/\/S \/TH/g)).toHaveLength(2 * pages);
  expect(pdf.match(/\/S \/TD/g)).toHaveLength(400);
});

it('tells the reader when it cannot be written', async () => {
  const broken = bytesOf(async (document) => {
    document.paragraph('so far');
    throw new Error('the database is gone');
  });
  await expect(broken).rejects.toThrow('the database is gone');
});

it('takes each letter from the face that has it, and a question mark for what none has', () => {
  expect(runsOf('aŽб', 400)).toEqual([
    { face: 'Inter-latin-400', text: 'a' },
    { face: 'Inter-latin-ext-400', text: 'Ž' },
    { face: 'Inter-cyrillic-400', text: 'б' },
  ]);
  expect(runsOf('漢', 600)).toEqual([{ face: 'Inter-latin-600', text: '?' }]);
  // Letter and accent apart are the one letter that they make.
  expect(runsOf('Z\u030c', 400)).toEqual([{ face: 'Inter-latin-ext-400', text: 'Ž' }]);
});

it.each([
  [0, 'EUR', '0.00', '0.00', '€0.00'],
  [5, 'EUR', '0.05', '0.05', '€0.05'],
  [-123456, 'EUR', '-1234.56', '−1,234.56', '−€1,234.56'],
  [9007199254740991, 'EUR', '90071992547409.91', '90,071,992,547,409.91', '€90,071,992,547,409.91'],
  [1200, 'JPY', '1200', '1,200', '¥1,200'],
  [1200, 'KWD', '1.200', '1.200', 'KWD 1.200'],
  [1200, 'CHF', '12.00', '12.00', 'CHF 12.00'],
])('%d %s is written exactly', (amount, currency, plain, grouped, money) => {
  expect([decimals(amount, currency), amountText(amount, currency), moneyText(amount, currency)]).toEqual([
    plain,
    grouped,
    money,
  ]);
});
