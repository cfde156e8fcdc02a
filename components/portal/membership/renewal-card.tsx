'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useIntent } from '../../api/intent.ts';
import { type Membership, membershipKeys, setAutoRenewal, undoCancel } from '../../api/memberships.ts';
import type { Page } from '../../api/shapes.ts';
import { Switch } from '../../forms/switch.tsx';
import { Card } from '../../page/card.tsx';
import { Failure } from '../../page/failure.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { formatDate, formatMoney } from '../../values/format.ts';
import { cardName } from '../checkout/card-words.ts';

/** What follows: by itself, by hand, or nothing. */
export function RenewalCard({ membership }: { membership: Membership }) {
  const client = useQueryClient();
  const intent = useIntent();
  const show = (next: Membership) =>
    client.setQueryData<Page<Membership>>(
      membershipKeys.mine,
      (page) => page && { ...page, data: page.data.map((one) => (one.id === next.id ? next : one)) },
    );
  const turning = useMutation({ mutationFn: (on: boolean) => setAutoRenewal(membership.id, on), onSuccess: show });
  const undoing = useMutation({
    mutationFn: () => intent({ undo: membership.id }, (key) => undoCancel(membership.id, key)),
    onSuccess: show,
  });
  const error = turning.error ?? undoing.error;
  if (membership.cancelAtEnd) {
    return (
      <Card id="renewal" title="Renewal">
        <Notice
          title={`It ends on ${formatDate(membership.paidUntil)}`}
          action={
            <Button variant="default" loading={undoing.isPending} onClick={() => undoing.mutate()}>
              Renew after all
            </Button>
          }
        >
          You chose not to renew. You stay a member until then, and nothing more is charged.
        </Notice>
        {error ? <Failure error={error} /> : null}
      </Card>
    );
  }
  return (
    <Card id="renewal" title="Renewal">
      <div className={stack.fields}>
        <Switch
          label="Renew by itself"
          about={sentenceOf(membership)}
          checked={membership.autoRenew}
          disabled={turning.isPending || (membership.card === null && !membership.autoRenew)}
          onChange={(event) => turning.mutate(event.currentTarget.checked)}
        />
        {membership.card === null ? (
          <p className={`${stack.plain} ${stack.small}`}>
            <Link href="/cards">Add a card</Link> that it is to be paid with.
          </p>
        ) : (
          <p className={`${stack.plain} ${stack.small}`}>
            <Link href="/cards">Pay with another card</Link>
          </p>
        )}
        {error ? <Failure error={error} /> : null}
      </div>
    </Card>
  );
}

function sentenceOf({ renewal, card, autoRenew }: Membership): string {
  if (renewal === null) return '';
  const amount = formatMoney(renewal.amount.amount, renewal.amount.currency);
  if (card === null) return 'No card is kept for it. We write to you two weeks before the end.';
  const name = cardName(card.brand, card.last4);
  return autoRenew
    ? `With ${name} on ${formatDate(renewal.on)} for ${amount}. We write to you two weeks before.`
    : `With ${name}, for ${amount}. Off: we write to you two weeks before the end.`;
}
