'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { addCard, cardKeys, confirmCard } from '../../api/cards.ts';
import { type Card as Added, paymentSettingsQuery } from '../../api/checkout.ts';
import { ApiError } from '../../api/problem.ts';
import { Switch } from '../../forms/switch.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Failure } from '../../page/failure.tsx';
import { Notice } from '../../page/notice.tsx';
import { FormSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { CardError, CardField, type CardFieldHandle } from '../checkout/card-field.tsx';
import { cardName } from '../checkout/card-words.ts';

/** Keeps a card for later. What the bank asks is asked on its own page, or by the payment service's script. */
export function AddCard({ isFirst, onClose }: { isFirst: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const settings = useQuery(paymentSettingsQuery());
  const field = useRef<CardFieldHandle>(null);
  const form = useRef<HTMLFormElement>(null);
  const [first, setFirst] = useState(false);
  const [renewals, setRenewals] = useState(false);

  async function add(): Promise<Added> {
    if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
    const { paymentMethodId } = await field.current.tokenise();
    // The payment service gives the same card another name each time it is typed: a key of its own for each press. A card
    // that is kept already is not kept twice.
    const input = { paymentMethod: paymentMethodId, default: first || isFirst, useForRenewals: renewals };
    const card = await addCard(input, crypto.randomUUID());
    return askedByScript(card, settings.data?.publishableKey ?? null);
  }

  const adding = useMutation({
    mutationFn: add,
    onSuccess: (card) => {
      if (card.nextAction?.type === 'redirect') {
        window.location.assign(card.nextAction.url);
        return;
      }
      if (card.status !== 'active') return;
      void client.invalidateQueries({ queryKey: cardKeys.all });
      announce(`${cardName(card.brand, card.last4)} is kept.`);
      onClose();
    },
    onError: (error) => {
      if (error instanceof CardError) field.current?.focus();
    },
  });
  const card = adding.data;
  const leaving = card?.nextAction?.type === 'redirect';
  const waits = card !== undefined && !leaving && card.status !== 'active';
  const busy = adding.isPending || leaving;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!busy && !waits) adding.mutate();
  }

  return (
    <Card id="add-card" title="Add a card">
      {settings.data ? (
        <form ref={form} noValidate aria-label="Add a card" onSubmit={submit} className={stack.fields}>
          <CardField
            settings={settings.data}
            ref={field}
            disabled={busy || waits}
            onSubmit={() => form.current?.requestSubmit()}
          />
          {isFirst ? null : (
            <Switch
              label="Propose this card first"
              checked={first}
              disabled={busy}
              onChange={(event) => setFirst(event.currentTarget.checked)}
            />
          )}
          <Switch
            label="Pay my renewals with it"
            about="Before each renewal we write to you with the date and the amount."
            checked={renewals}
            disabled={busy}
            onChange={(event) => setRenewals(event.currentTarget.checked)}
          />
          {adding.isError ? <Failure title="The card was not added" error={adding.error} /> : null}
          {waits ? (
            <Notice live title="The payment service has not answered yet">
              We ask again in a minute. The card shows up here as soon as it is kept.
            </Notice>
          ) : null}
          <div className={stack.actions}>
            {waits ? null : (
              <Button type="submit" loading={busy} disabled={!settings.data.connected}>
                Add this card
              </Button>
            )}
            <Button variant="default" disabled={busy} onClick={onClose}>
              {waits ? 'Close' : 'Cancel'}
            </Button>
          </div>
        </form>
      ) : settings.isError ? (
        <ErrorState
          what="The card’s fields could not be loaded"
          error={settings.error}
          onRetry={() => void settings.refetch()}
        />
      ) : (
        <FormSkeleton fields={3} />
      )}
    </Card>
  );
}

/** Where the bank has no page of its own, Stripe's script asks on its behalf, on this page. */
async function askedByScript(card: Added, publishableKey: string | null): Promise<Added> {
  if (card.nextAction?.type !== 'stripe_sdk') return card;
  const { clientSecret } = card.nextAction;
  const { loadStripe } = await import('@stripe/stripe-js');
  const stripe = clientSecret && publishableKey ? await loadStripe(publishableKey) : null;
  if (!stripe || !clientSecret) throw new CardError('The payment service cannot be reached. Try again in a moment.');
  await stripe.handleNextAction({ clientSecret });
  const asked = await confirmCard(card.id, crypto.randomUUID());
  if (asked.failure) throw new ApiError({ status: 422, title: 'Refused', detail: asked.failure.message });
  return asked;
}
