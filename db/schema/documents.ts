// The tables are written by hand: migrations/0023_cards_and_documents.sql.

export const documentKinds = ['invoice', 'receipt', 'credit_note'] as const;
export type DocumentKind = (typeof documentKinds)[number];

export interface DocumentLine {
  text: string;
  quantity: number;
  /** Minor units, tax included. */
  amount: number;
  taxRateBp: number;
  tax: number;
}
