// The tables, their triggers and the function that writes entries are written by hand: migrations/0015_ledger.sql.

export const accountClasses = ['asset', 'liability', 'equity', 'income', 'expense'] as const;
export type AccountClass = (typeof accountClasses)[number];

export const accountStatuses = ['open', 'closed'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** `pending` holds amounts, `void` lets them go again, `posted` is what counts. */
export const entryStates = ['posted', 'pending', 'void'] as const;
export type EntryState = (typeof entryStates)[number];

export const directions = ['debit', 'credit'] as const;
export type Direction = (typeof directions)[number];

/** The most that one posting may move, in minor units. */
export const maxAmount = 10_000_000_000_000;

/** What an entry is about. */
export const entryKinds = [
  'payment',
  'refund',
  'fee',
  'sale',
  'transfer',
  'disbursement',
  'repayment',
  'interest',
  'top_up',
  'withdrawal',
  'payout',
  'chargeback',
  'invoice',
  'credit_note',
  'write_off',
  'donation',
  'adjustment',
  'reversal',
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** The house's own accounts, one of each in every currency that is used, with the class that decides the normal side. */
export const systemAccounts = {
  gateway: { class: 'asset', name: 'Money at the payment gateway' },
  bank: { class: 'asset', name: 'Bank' },
  receivables: { class: 'asset', name: 'Receivables' },
  loans_receivable: { class: 'asset', name: 'Loans receivable' },
  customer_deposits: { class: 'liability', name: 'Deposits of customers without an account' },
  tax_payable: { class: 'liability', name: 'Tax payable' },
  transfers_in_transit: { class: 'liability', name: 'Transfers in transit' },
  benevolent_fund: { class: 'equity', name: 'Benevolent fund' },
  membership_income: { class: 'income', name: 'Membership income' },
  goods_income: { class: 'income', name: 'Income from goods' },
  course_income: { class: 'income', name: 'Income from courses' },
  donations: { class: 'income', name: 'Donations' },
  loan_interest_income: { class: 'income', name: 'Interest on loans' },
  gateway_fees: { class: 'expense', name: 'Fees of the payment gateway' },
  chargebacks: { class: 'expense', name: 'Chargebacks' },
  loan_losses: { class: 'expense', name: 'Losses on loans' },
} as const satisfies Record<string, { class: AccountClass; name: string }>;
export type SystemAccountCode = keyof typeof systemAccounts;
