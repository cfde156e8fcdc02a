'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { cardKeys, confirmCard } from '../../api/cards.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { cardName } from '../checkout/card-words.ts';

/** Whoever comes back from the bank (`?confirm=` names the card) is told what became of the card. Reloading asks again. */
export function FromBank() {
  const id = useSearchParams().get('confirm');
  const client = useQueryClient();
  const { data: card, ...asking } = useQuery({
    queryKey: ['card-confirmations', id],
    queryFn: () => confirmCard(id ?? '', crypto.randomUUID()),
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const status = card?.status;
  useEffect(() => {
    if (status === 'active') void client.invalidateQueries({ queryKey: cardKeys.all });
  }, [status, client]);
  if (id === null) return null;
  if (asking.isError) {
    return (
      <ErrorState what="We could not ask about your card" error={asking.error} onRetry={() => void asking.refetch()} />
    );
  }
  switch (status) {
    case undefined:
      return <Notice live>We ask the bank what you have answered.</Notice>;
    case 'active':
      return (
        <Notice tone="ok" live title={`${cardName(card?.brand ?? null, card?.last4 ?? null)} is kept`}>
          You can pay with it from now on.
        </Notice>
      );
    case 'failed':
      return (
        <Notice tone="bad" title="The card was not added">
          {card?.failure?.message || 'It was not confirmed with your bank.'}
        </Notice>
      );
    case 'removed':
      return <Notice>This card has been removed.</Notice>;
    default:
      return (
        <Notice live title="Not confirmed yet">
          Your bank has not said yet. The card shows up here as soon as it has; or add it again.
        </Notice>
      );
  }
}
