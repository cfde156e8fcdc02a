import type { DocumentKind, DocumentLine } from '#db/schema/documents.ts';
import type { TaxLine } from '#db/schema/orders.ts';

const prefixes: Record<DocumentKind, string> = { invoice: 'INV', receipt: 'REC', credit_note: 'CN' };

/** `INV-2026-000001` */
export const numberOf = (kind: DocumentKind, year: number, sequence: number) =>
  `${prefixes[kind]}-${year}-${String(sequence).padStart(6, '0')}`;

export const nameOf: Record<DocumentKind, string> = {
  invoice: 'Invoice',
  receipt: 'Receipt',
  credit_note: 'Credit note',
};

interface Line {
  amount: number;
  taxRateBp: number;
}

export interface Share {
  amount: number;
  tax: number;
}

/**
 * What of each line goes back with the last of `parts`, the amounts that went back one after the other: shares of what the
 * parts before have left. Whatever the parts, they add up to the unit: to the part each time, and to the lines' own amounts
 * and taxes once all is back. `taxWithin` is the order's own rule.
 */
export function creditShares(
  lines: readonly Line[],
  parts: readonly number[],
  taxWithin: (gross: number, rateBp: number) => number,
): Share[] {
  let left = lines.map(({ amount }) => amount);
  let shares = lines.map(() => 0);
  for (const part of parts) {
    shares = split(part, left);
    left = left.map((amount, i) => amount - (shares[i] ?? 0));
  }
  return lines.map(({ amount: whole, taxRateBp }, i) => {
    const amount = shares[i] ?? 0;
    const gone = whole - (left[i] ?? 0);
    return { amount, tax: taxWithin(gone, taxRateBp) - taxWithin(gone - amount, taxRateBp) };
  });
}

/** In proportion, cut where the shares before end, so that nothing is left over. */
function split(part: number, amounts: readonly number[]): number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  let below = 0;
  let cutBelow = 0;
  return amounts.map((amount) => {
    below += amount;
    const cut = total === 0 ? 0 : Number((BigInt(part) * BigInt(below)) / BigInt(total));
    const share = cut - cutBelow;
    cutBelow = cut;
    return share;
  });
}

/** What each rate was taken of. */
export function taxLinesOf(lines: readonly DocumentLine[], names: readonly TaxLine[]): TaxLine[] {
  const byRate = new Map<number, TaxLine>();
  for (const { taxRateBp, amount, tax } of lines) {
    const named = names.find(({ rateBp }) => rateBp === taxRateBp);
    const known = byRate.get(taxRateBp) ?? {
      code: named?.code ?? '',
      name: named?.name ?? '',
      rateBp: taxRateBp,
      net: 0,
      tax: 0,
    };
    byRate.set(taxRateBp, { ...known, net: known.net + amount - tax, tax: known.tax + tax });
  }
  return [...byRate.values()].sort((a, b) => a.rateBp - b.rateBp);
}
