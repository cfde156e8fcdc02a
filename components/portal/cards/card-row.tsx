'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { cardKeys, payRenewalsWith, proposeFirst, removeCard } from '../../api/cards.ts';
import type { Card } from '../../api/checkout.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Failure } from '../../page/failure.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { useNow } from '../../values/clock.ts';
import { StatePill } from '../../values/state-pill.tsx';
import { cardName, expiryOf } from '../checkout/card-words.ts';
import classes from './cards.module.css';
import { expiryWarning } from './words.ts';

/** A change to a card, and what is said when it is done. */
interface Change {
  work: () => Promise<unknown>;
  said: string;
}

export function CardRow({ card }: { card: Card }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const now = useNow();
  const [removing, setRemoving] = useState(false);
  const change = useMutation<unknown, Error, Change>({
    mutationFn: ({ work }) => work(),
    onSuccess: async (_result, { said }) => {
      await client.invalidateQueries({ queryKey: cardKeys.all });
      announce(said);
    },
  });
  const name = cardName(card.brand, card.last4);
  const warning = now === null ? null : expiryWarning(card, now);
  const { useForRenewals } = card;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <p className={classes.name}>{name}</p>
        <p className={classes.about}>
          {card.expMonth && card.expYear ? `Until ${expiryOf(card.expMonth, card.expYear)}` : 'Expiry not known'}
        </p>
      </div>
      <div className={classes.pills}>
        {warning ? (
          <StatePill state="expiring" tone={warning.tone}>
            {warning.words}
          </StatePill>
        ) : null}
        {card.default ? (
          <StatePill state="default" tone="brand">
            Proposed first
          </StatePill>
        ) : null}
        {useForRenewals ? (
          <StatePill state="renewals" tone="info">
            Pays renewals
          </StatePill>
        ) : null}
      </div>
      <div className={classes.actions}>
        {card.default ? null : (
          <Button
            variant="default"
            size="xs"
            disabled={change.isPending}
            aria-label={`Propose first: ${name}`}
            onClick={() => change.mutate({ work: () => proposeFirst(card.id), said: `${name} is proposed first.` })}
          >
            Propose first
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          disabled={change.isPending}
          aria-label={`${useForRenewals ? 'Do not use for renewals' : 'Use for renewals'}: ${name}`}
          onClick={() =>
            change.mutate({
              work: () => payRenewalsWith(card.id, !useForRenewals),
              said: useForRenewals ? `${name} pays no renewals any more.` : `${name} pays renewals.`,
            })
          }
        >
          {useForRenewals ? 'Do not use for renewals' : 'Use for renewals'}
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={change.isPending}
          aria-label={`Remove ${name}`}
          onClick={() => setRemoving(true)}
        >
          Remove
        </Button>
      </div>
      {change.isError ? (
        <div className={classes.wide}>
          <Failure title="Nothing was changed" error={change.error} />
        </div>
      ) : null}
      {removing ? <RemoveDialog card={card} name={name} onClose={() => setRemoving(false)} /> : null}
    </li>
  );
}

function RemoveDialog({ card, name, onClose }: { card: Card; name: string; onClose: () => void }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const removing = useMutation({
    mutationFn: () => removeCard(card.id),
    onSuccess: () => {
      onClose();
      announce(`${name} was removed.`);
      return client.invalidateQueries({ queryKey: cardKeys.all });
    },
  });
  return (
    <Dialog title={`Remove ${name}?`} size="sm" onClose={onClose}>
      <div className={stack.fields}>
        <p className={stack.plain}>
          It is forgotten here and at the payment service.
          {card.useForRenewals ? ' Your membership will not be renewed by itself until you choose another card.' : ''}
        </p>
        {removing.isError ? <Failure title="The card was not removed" error={removing.error} /> : null}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="red" loading={removing.isPending} onClick={() => removing.mutate()}>
          Remove {name}
        </Button>
      </div>
    </Dialog>
  );
}
