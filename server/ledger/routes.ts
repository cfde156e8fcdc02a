import { z } from 'zod';
import { type AnyRoute, download, route } from '#server/gateway/route.ts';
import { id, idParams, listOf, reason, wholeNumber } from '#server/gateway/shapes.ts';
import { requestCheck } from './commands/checks.ts';
import { adjust, reverseByHand } from './commands/corrections.ts';
import { listAccountEntries } from './queries/account-entries.ts';
import { getAccount, listAccounts } from './queries/accounts.ts';
import { getEntry, listChecks, listEntries, trialBalance } from './queries/journal.ts';
import { statementCsv } from './queries/statement.ts';
import { statementPdf } from './queries/statement-pdf.ts';
import {
  accountEntriesQuery,
  accountEntryView,
  accountsQuery,
  accountView,
  adjustmentBody,
  checkView,
  entriesQuery,
  entryView,
  statementQuery,
  trialBalanceView,
} from './shapes.ts';

const accounts = 'Accounts';
const ledger = 'Ledger';
const selfOrStaff = ['self', 'ledger:read'] as const;

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/accounts',
    summary: 'My accounts; for staff anybody’s and the house’s',
    tag: accounts,
    permission: selfOrStaff,
    query: accountsQuery,
    response: { status: 200, schema: listOf(accountView) },
    handle: async (ctx, { query }) => ({ body: await listAccounts(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/accounts/{id}',
    summary: 'One account with what is in it and what is available',
    tag: accounts,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: accountView },
    handle: async (ctx, { params }) => ({ body: await getAccount(ctx, params.id) }),
  }),
  route({
    method: 'get',
    path: '/accounts/{id}/entries',
    summary: 'What moved on an account, newest first, with the balance after it; or what is held now',
    tag: accounts,
    permission: selfOrStaff,
    params: idParams,
    query: accountEntriesQuery,
    response: { status: 200, schema: listOf(accountEntryView) },
    handle: async (ctx, { params, query }) => ({ body: await listAccountEntries(ctx, params.id, query) }),
  }),
  download({
    path: '/accounts/{id}/statement.csv',
    summary: 'A statement as CSV, in the order of booking. Days are UTC, both included',
    tag: accounts,
    permission: selfOrStaff,
    params: idParams,
    query: statementQuery,
    contentType: 'text/csv; charset=utf-8',
    open: (ctx, { params, query, signal }) => statementCsv(ctx, params.id, query, signal),
  }),
  download({
    path: '/accounts/{id}/statement.pdf',
    summary: 'The same as PDF',
    tag: accounts,
    permission: selfOrStaff,
    params: idParams,
    query: statementQuery,
    contentType: 'application/pdf',
    open: (ctx, { params, query, signal }) => statementPdf(ctx, params.id, query, signal),
  }),
  route({
    method: 'get',
    path: '/ledger/trial-balance',
    summary: 'Debits and credits of every account; their difference, which is zero; and the last check',
    tag: ledger,
    permission: ['ledger:read'],
    response: { status: 200, schema: trialBalanceView },
    handle: async (ctx) => ({ body: await trialBalance(ctx) }),
  }),
  route({
    method: 'get',
    path: '/ledger/checks',
    summary: 'The last checks of the books',
    tag: ledger,
    permission: ['ledger:read'],
    query: z.strictObject({ limit: wholeNumber(1, 200).default(50) }),
    response: { status: 200, schema: listOf(checkView) },
    handle: async (ctx, { query }) => ({ body: { data: await listChecks(ctx, query.limit), nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/ledger/checks',
    summary: 'Count the books again',
    tag: ledger,
    permission: ['ledger:manage'],
    idempotent: true,
    response: { status: 202, schema: z.strictObject({ id }) },
    handle: async (ctx) => ({ body: await requestCheck(ctx) }),
  }),
  route({
    method: 'get',
    path: '/ledger/entries',
    summary: 'The journal, newest first',
    tag: ledger,
    permission: ['ledger:read'],
    query: entriesQuery,
    response: { status: 200, schema: listOf(entryView) },
    handle: async (ctx, { query }) => ({ body: await listEntries(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/ledger/entries/{id}',
    summary: 'One entry with its postings',
    tag: ledger,
    permission: ['ledger:read'],
    params: idParams,
    response: { status: 200, schema: entryView },
    handle: async (ctx, { params }) => ({ body: await getEntry(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/ledger/entries/{id}/reverse',
    summary: 'Take an entry back with its mirror image',
    tag: ledger,
    permission: ['ledger:manage'],
    params: idParams,
    idempotent: true,
    body: z.strictObject({ reason }),
    response: { status: 201, schema: entryView },
    handle: async (ctx, { params, body }) => {
      const entry = await reverseByHand(ctx, params.id, body.reason);
      return { body: await getEntry(ctx, entry.id) };
    },
  }),
  route({
    method: 'post',
    path: '/ledger/adjustments',
    summary: 'Post what is right',
    tag: ledger,
    permission: ['ledger:manage'],
    idempotent: true,
    body: adjustmentBody,
    response: { status: 201, schema: entryView },
    handle: async (ctx, { body }) => {
      const entry = await adjust(ctx, body);
      return { body: await getEntry(ctx, entry.id) };
    },
  }),
];
