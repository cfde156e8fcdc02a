'use client';

import { useComputedColorScheme } from '@mantine/core';
import { loadStripe, type Stripe, type StripeCardElement } from '@stripe/stripe-js';
import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import classes from './card-field.module.css';
import { CardError, type CardFieldProps } from './typed-card.ts';

const text = { light: '#16201f', dark: '#e6eaea' };
const unreachable = 'The payment service cannot be reached. Nothing was charged. Try again in a moment.';

/** Stripe's own field. Its script comes from Stripe, as Stripe asks. */
export default function StripeField({
  publishableKey,
  ref,
  disabled = false,
  onChange,
}: CardFieldProps & { publishableKey: string }) {
  const place = useRef<HTMLDivElement>(null);
  const held = useRef<{ stripe: Stripe; card: StripeCardElement } | null>(null);
  const heard = useRef(onChange);
  heard.current = onChange;
  const [error, setError] = useState<string | null>(null);
  const theme = useComputedColorScheme('light');

  useEffect(() => {
    let gone = false;
    void loadStripe(publishableKey).then(
      (stripe) => {
        if (gone || !stripe || !place.current) return;
        const card = stripe.elements().create('card', { hidePostalCode: true });
        card.mount(place.current);
        card.on('change', (event) => {
          setError(event.error?.message ?? null);
          heard.current?.({ complete: event.complete });
        });
        held.current = { stripe, card };
      },
      () => setError(unreachable),
    );
    return () => {
      gone = true;
      held.current?.card.destroy();
      held.current = null;
    };
  }, [publishableKey]);

  useEffect(() => {
    held.current?.card.update({ disabled, style: { base: { color: text[theme], fontSize: '16px' } } });
  });

  useImperativeHandle(ref, () => ({
    focus: () => held.current?.card.focus(),
    async tokenise() {
      if (!held.current) throw new CardError(unreachable);
      const { stripe, card } = held.current;
      const { paymentMethod, error: refusal } = await stripe.createPaymentMethod({ type: 'card', card });
      if (!paymentMethod) throw new CardError(refusal?.message ?? unreachable);
      return {
        paymentMethodId: paymentMethod.id,
        brand: paymentMethod.card?.brand ?? '',
        last4: paymentMethod.card?.last4 ?? '',
      };
    },
  }));

  return (
    <div className={classes.field}>
      <div ref={place} className={classes.element} />
      {error ? (
        <p className={classes.error} role="alert">
          {error}
        </p>
      ) : null}
      <p className={classes.hint}>The card’s number goes straight to the payment service. We never see it.</p>
    </div>
  );
}
