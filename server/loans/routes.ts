import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { applyForLoan, withdrawApplication } from './commands/apply.ts';
import { decideLoan } from './commands/decide.ts';
import { repayLoan, settleLoan } from './commands/repay.ts';
import { writeOffLoan } from './commands/write-off.ts';
import { getLoan, listLoans, repaymentViewOf, revealAnswers, settlementOf } from './queries/loans.ts';
import { listProducts, quotesFor } from './queries/products.ts';
import {
  answersView,
  applicationBody,
  decisionBody,
  loanList,
  loansQuery,
  loanView,
  productList,
  quoteQuery,
  quotesView,
  reasonBody,
  repaymentBody,
  repaymentView,
  settlementView,
} from './shapes.ts';

const tag = 'Loans';
const selfOrStaff = ['self', 'loans:read'] as const;
const selfOrRecording = ['self', 'payments:record'] as const;

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/loan-products',
    summary: 'What is lent, and what is asked for it',
    tag,
    permission: 'public',
    response: { status: 200, schema: productList },
    handle: async (ctx) => ({ body: await listProducts(ctx) }),
  }),
  route({
    method: 'get',
    path: '/loan-products/{id}/quotes',
    summary: 'What an amount would cost, for each term',
    tag,
    permission: 'public',
    params: idParams,
    query: quoteQuery,
    response: { status: 200, schema: quotesView },
    handle: async (ctx, { params, query }) => ({ body: await quotesFor(ctx, params.id, query.amount) }),
  }),
  route({
    method: 'get',
    path: '/loans',
    summary: 'My loans and applications; for staff anybody’s',
    tag,
    permission: selfOrStaff,
    query: loansQuery,
    response: { status: 200, schema: loanList },
    handle: async (ctx, { query }) => ({ body: await listLoans(ctx, query) }),
  }),
  route({
    method: 'post',
    path: '/loans',
    summary: 'Apply for a loan',
    tag,
    permission: ['self'],
    body: applicationBody,
    idempotent: true,
    response: { status: 201, schema: loanView },
    handle: async (ctx, { body }) => {
      const loan = await applyForLoan(ctx, body);
      return { body: await getLoan(ctx, loan.id) };
    },
  }),
  route({
    method: 'get',
    path: '/loans/{id}',
    summary: 'One loan with its schedule and repayments',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: loanView },
    handle: async (ctx, { params }) => ({ body: await getLoan(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/loans/{id}/withdraw',
    summary: 'Take an application back',
    tag,
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: loanView },
    handle: async (ctx, { params }) => {
      const loan = await withdrawApplication(ctx, params.id);
      return { body: await getLoan(ctx, loan.id) };
    },
  }),
  route({
    method: 'post',
    path: '/loans/{id}/decisions',
    summary: 'Decide on an application. The last word that it needs pays it out',
    tag,
    permission: ['loans:decide'],
    params: idParams,
    body: decisionBody,
    idempotent: true,
    response: { status: 200, schema: loanView },
    handle: async (ctx, { params, body }) => {
      const loan = await decideLoan(ctx, { loanId: params.id, ...body });
      return { body: await getLoan(ctx, loan.id) };
    },
  }),
  route({
    method: 'post',
    path: '/loans/{id}/reveals',
    summary: 'The applicant’s answers in the clear, once; logged',
    tag,
    permission: ['members:reveal'],
    params: idParams,
    body: reasonBody,
    response: { status: 200, schema: answersView },
    handle: async (ctx, { params, body }) => ({ body: await revealAnswers(ctx, params.id, body.reason) }),
  }),
  route({
    method: 'post',
    path: '/loans/{id}/repayments',
    summary: 'Pay back from the account, or by card. 202 while the card’s money is on its way',
    tag,
    permission: selfOrRecording,
    params: idParams,
    body: repaymentBody,
    idempotent: true,
    response: { status: 201, schema: repaymentView },
    handle: async (ctx, { params, body }) => {
      const repayment = await repayLoan(ctx, { loanId: params.id, ...body });
      return { body: await repaymentViewOf(ctx, repayment), status: repayment.status === 'posted' ? 201 : 202 };
    },
  }),
  route({
    method: 'get',
    path: '/loans/{id}/settlement',
    summary: 'What settles the loan today',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: settlementView },
    handle: async (ctx, { params }) => ({ body: await settlementOf(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/loans/{id}/settlement',
    summary: 'Pay all that is owed today',
    tag,
    permission: selfOrRecording,
    params: idParams,
    body: repaymentBody,
    idempotent: true,
    response: { status: 201, schema: repaymentView },
    handle: async (ctx, { params, body }) => {
      const repayment = await settleLoan(ctx, { loanId: params.id, ...body });
      return { body: await repaymentViewOf(ctx, repayment), status: repayment.status === 'posted' ? 201 : 202 };
    },
  }),
  route({
    method: 'post',
    path: '/loans/{id}/write-offs',
    summary: 'Give up what is owed. The first person proposes, a second one does it',
    tag,
    permission: ['loans:decide'],
    params: idParams,
    body: reasonBody,
    idempotent: true,
    response: { status: 200, schema: loanView },
    handle: async (ctx, { params, body }) => {
      const loan = await writeOffLoan(ctx, { loanId: params.id, ...body });
      return { body: await getLoan(ctx, loan.id) };
    },
  }),
];
