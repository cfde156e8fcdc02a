'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useRef } from 'react';
import { cardsQuery, paymentSettingsQuery } from '../../api/checkout.ts';
import { useIntent } from '../../api/intent.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Failure } from '../../page/failure.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { expectBank } from '../checkout/attempt.ts';
import { CardChoice, useCardChoice } from './card-choice.tsx';

/** Pays for something of the membership, and goes on to the order that it makes. */
export function PayDialog({
  title,
  label,
  free = false,
  ready = true,
  pay,
  onClose,
  children,
}: {
  title: string;
  /** What the button says: what happens, with the amount. */
  label: string;
  /** Nothing to pay: no card is asked for. */
  free?: boolean;
  ready?: boolean;
  /** Gives the order to go on to, or null when it is done. `paymentMethod` is empty when it is free. */
  pay: (paymentMethod: string, key: string) => Promise<{ id: string } | null>;
  onClose: () => void;
  children: ReactNode;
}) {
  const router = useRouter();
  const intent = useIntent();
  const form = useRef<HTMLFormElement>(null);
  const settings = useQuery({ ...paymentSettingsQuery(), enabled: !free });
  const cards = useQuery({ ...cardsQuery(), enabled: !free });
  const kept = [...(cards.data?.data ?? [])].sort((a, b) => Number(b.useForRenewals) - Number(a.useForRenewals));
  const chosen = useCardChoice(kept);
  const paying = useMutation({
    mutationFn: async () => {
      const method = free ? '' : await chosen.paymentMethod();
      return intent({ title, method }, (key) => pay(method, key));
    },
    onSuccess: (order) => {
      if (order === null) return onClose();
      expectBank(order.id);
      router.push(`/orders/${order.id}`);
    },
  });
  const failed = settings.error ?? cards.error;
  const loaded = free || (settings.data && cards.data);
  const busy = paying.isPending || (paying.isSuccess && paying.data !== null);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        ref={form}
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && loaded && ready) paying.mutate();
        }}
      >
        <div className={stack.fields}>
          {children}
          {failed ? <Failure error={failed} /> : null}
          {free ? null : settings.data && cards.data ? (
            <CardChoice
              cards={kept}
              settings={settings.data}
              chosen={chosen}
              disabled={busy}
              onSubmit={() => form.current?.requestSubmit()}
            />
          ) : failed ? null : (
            <TextSkeleton lines={2} />
          )}
          {paying.isError ? <Failure title="Nothing was charged" error={paying.error} once="payment" /> : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button type="submit" loading={busy} disabled={!loaded || !ready}>
            {label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
