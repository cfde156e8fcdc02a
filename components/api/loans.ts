import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { AccountView } from '#server/ledger/shapes.ts';
import type {
  answersView,
  applicationBody,
  LoanSummary,
  LoanView,
  ProductView,
  QuotesView,
  RepaymentView,
  SettlementView,
} from '#server/loans/shapes.ts';
import { get, post, query } from './client.ts';
import type { Page } from './shapes.ts';

export type Loan = LoanView;
export type LoanRow = LoanSummary;
export type LoanProduct = ProductView;
export type LoanQuotes = QuotesView;
export type LoanRepayment = RepaymentView;
export type Settlement = SettlementView;
export type ApplicationInput = z.input<typeof applicationBody>;
export type RevealedAnswers = z.output<typeof answersView>['answers'];

export const loanKeys = {
  all: ['loans'] as const,
  one: (id: string) => ['loans', id] as const,
  settlement: (id: string) => ['loans', id, 'settlement'] as const,
};

export const loanProductsQuery = () =>
  queryOptions({
    queryKey: ['loan-products'],
    queryFn: ({ signal }) => get<Page<LoanProduct>>('/loan-products', signal),
    staleTime: 300_000,
  });

/** What an amount would cost for each term; the last answer stays until the next is there. */
export const loanQuotesQuery = (productId: string, amount: number) =>
  queryOptions({
    queryKey: ['loan-quotes', productId, amount],
    queryFn: ({ signal }) => get<LoanQuotes>(`/loan-products/${productId}/quotes${query({ amount })}`, signal),
    staleTime: 300_000,
    placeholderData: keepPreviousData,
  });

export const myLoansQuery = () =>
  infiniteQueryOptions({
    queryKey: [...loanKeys.all, 'mine'],
    queryFn: ({ signal, pageParam }) =>
      get<Page<LoanRow>>(`/loans${query({ memberId: 'me', limit: 20, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export interface LoanFilter {
  status: string;
  memberId: string;
  order: string;
}

export const loansQuery = (filter: LoanFilter) =>
  infiniteQueryOptions({
    queryKey: [...loanKeys.all, 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      get<Page<LoanRow>>(`/loans${query({ ...filter, limit: 50, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 10_000,
  });

const isOnItsWay = (repayment: LoanRepayment) => repayment.status === 'pending';
/** Quick while a card's money is likely to come, then slower. */
const pauses = [400, 400, 500, 700, 1_000, 1_500, 2_000, 3_000];

export const loanQuery = (id: string) =>
  queryOptions({
    queryKey: loanKeys.one(id),
    queryFn: ({ signal }) => get<Loan>(`/loans/${id}`, signal),
    refetchInterval: ({ state }) =>
      state.data?.repayments.some(isOnItsWay) ? (pauses[state.dataUpdateCount] ?? 5_000) : 30_000,
  });

export const settlementQuery = (id: string) =>
  queryOptions({
    queryKey: loanKeys.settlement(id),
    queryFn: ({ signal }) => get<Settlement>(`/loans/${id}/settlement`, signal),
    staleTime: 0,
  });

export const applyForLoan = (input: ApplicationInput, key: string) => post<Loan>('/loans', input, key);
export const withdrawApplication = (id: string, key: string) => post<Loan>(`/loans/${id}/withdraw`, {}, key);

export interface PaymentOfLoan {
  amount: number;
  from: string;
}
export const repayLoan = (id: string, input: PaymentOfLoan, key: string) =>
  post<LoanRepayment>(`/loans/${id}/repayments`, input, key);
export const settleLoan = (id: string, input: PaymentOfLoan, key: string) =>
  post<LoanRepayment>(`/loans/${id}/settlement`, input, key);

export const decideLoan = (id: string, decision: 'approve' | 'reject', reason: string, key: string) =>
  post<Loan>(`/loans/${id}/decisions`, { decision, reason }, key);
export const writeOffLoan = (id: string, reason: string, key: string) =>
  post<Loan>(`/loans/${id}/write-offs`, { reason }, key);
export const revealAnswers = async (id: string, reason: string) =>
  (await post<{ answers: RevealedAnswers }>(`/loans/${id}/reveals`, { reason })).answers;

/** One's own account, that a loan is paid into and back from; null for who has none. */
export const ownAccountQuery = () =>
  queryOptions({
    queryKey: ['accounts', 'own'],
    queryFn: async ({ signal }) =>
      (await get<Page<AccountView>>('/accounts?memberId=me', signal)).data.find(
        (account) => account.loanId === null && account.status === 'open',
      ) ?? null,
    staleTime: 0,
  });
