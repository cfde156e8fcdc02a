'use client';

import { Button } from '@mantine/core';
import { IconCreditCard } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cardsQuery } from '../../api/checkout.ts';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { MoneyNav } from '../account/money-nav.tsx';
import { AddCard } from './add-card.tsx';
import { CardRow } from './card-row.tsx';
import classes from './cards.module.css';
import { FromBank } from './from-bank.tsx';

/** The cards that are kept: add, choose, remove. */
export function Cards() {
  const query = useQuery(cardsQuery());
  const [adding, setAdding] = useState(false);
  const cards = query.data?.data;
  return (
    <>
      <PageHeader
        above={<MoneyNav />}
        title="Cards"
        lead="Kept by the payment service. We see the last four digits, never the number."
        actions={adding ? null : <Button onClick={() => setAdding(true)}>Add a card</Button>}
      />
      <div className={stack.stack}>
        <FromBank />
        {adding ? <AddCard isFirst={cards?.length === 0} onClose={() => setAdding(false)} /> : null}
        <Card id="cards" title="Your cards">
          {!cards && query.isError ? (
            <ErrorState
              what="Your cards could not be loaded"
              error={query.error}
              onRetry={() => void query.refetch()}
            />
          ) : !cards ? (
            <ListSkeleton rows={2} />
          ) : cards.length === 0 ? (
            <EmptyState title="No cards yet" icon={<IconCreditCard size={24} stroke={1.5} />}>
              Add one, and paying takes one press.
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {cards.map((card) => (
                <CardRow key={card.id} card={card} />
              ))}
            </ul>
          )}
        </Card>
      </div>
    </>
  );
}
