'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { useState } from 'react';
import { type LoanProduct, type LoanRow, loanProductsQuery, myLoansQuery } from '../../api/loans.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { FormSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatMoney } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { MoneyNav } from '../account/money-nav.tsx';
import { Calculator, wishFor } from './calculator.tsx';
import classes from './loans.module.css';
import { loanSentence, stateTones, stateWords } from './words.ts';

/** One's loans, and what one could borrow. */
export function Loans() {
  const mine = useInfiniteQuery(myLoansQuery());
  const products = useQuery(loanProductsQuery());
  const rows = mine.data?.pages.flatMap((page) => page.data);
  const waits = rows?.some(({ status }) => status === 'applied' || status === 'awaiting_second') ?? false;
  return (
    <>
      <PageHeader above={<MoneyNav />} title="Loans" lead="From the benevolent fund, by members for members." />
      <div className={stack.stack}>
        {mine.isError && !rows ? (
          <ErrorState what="Your loans could not be loaded" error={mine.error} onRetry={() => void mine.refetch()} />
        ) : null}
        {rows && rows.length > 0 ? (
          <Card id="yours" title="Your loans">
            <RowList>
              {rows.map((loan) => (
                <LoanRowOf key={loan.id} loan={loan} />
              ))}
            </RowList>
            {mine.hasNextPage ? (
              <Button
                variant="default"
                mt={16}
                loading={mine.isFetchingNextPage}
                onClick={() => void mine.fetchNextPage()}
              >
                Show older loans
              </Button>
            ) : null}
          </Card>
        ) : null}
        <Card id="offer" title="What would it cost?">
          {products.isError ? (
            <ErrorState
              what="The offers could not be loaded"
              error={products.error}
              onRetry={() => void products.refetch()}
            />
          ) : products.data && rows ? (
            <Offer products={products.data.data} waits={waits} />
          ) : (
            <FormSkeleton fields={5} />
          )}
        </Card>
      </div>
    </>
  );
}

function LoanRowOf({ loan }: { loan: LoanRow }) {
  return (
    <Row
      href={`/loans/${loan.id}` as Route}
      name={loan.product.name}
      about={`${loan.number} · ${loanSentence(loan)}`}
      state={
        <StatePill state={loan.status} tone={stateTones[loan.status]}>
          {stateWords[loan.status]}
        </StatePill>
      }
      end={<MoneyText {...(loan.owed && loan.owed.amount > 0 ? loan.owed : loan.amount)} />}
    />
  );
}

function Offer({ products, waits }: { products: LoanProduct[]; waits: boolean }) {
  const [first] = products;
  const [chosen, setWish] = useState(first ? wishFor(first) : null);
  if (!chosen) return <p className={stack.plain}>Nothing is lent at the moment.</p>;
  const { product, amount, termMonths } = chosen;
  return (
    <div className={stack.fields}>
      <Calculator products={products} wish={chosen} onChange={setWish} />
      {waits ? (
        <p className={`${stack.plain} ${stack.dim}`}>You have applied already. We answer that first.</p>
      ) : (
        <div className={stack.actions}>
          <LinkButton href={`/loans/apply?product=${product.code}&amount=${amount}&term=${termMonths}`}>
            Apply for {formatMoney(amount, product.currency)}
          </LinkButton>
          <span className={classes.small}>Nothing is decided yet: three short steps.</span>
        </div>
      )}
    </div>
  );
}
