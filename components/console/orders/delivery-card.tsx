'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { MaskedValue } from '../../actions/masked-value.tsx';
import { handOver, revealOrderAddress } from '../../api/console/orders.ts';
import type { StaffOrder } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { Card } from '../../page/card.tsx';
import { Notice } from '../../page/notice.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { addressText } from '../member/address-text.ts';
import { useMay } from '../permissions.tsx';

const tones = { created: 'info', handed_over: 'ok', cancelled: 'neutral' } as const;

/** Where the parcel goes and how far it is. */
export function DeliveryCard({ order, onChanged }: { order: StaffOrder; onChanged: () => void }) {
  const may = useMay();
  const intent = useIntent();
  const hand = useMutation({
    mutationFn: () => intent(order.id, (key) => handOver(order.id, key)),
    onSuccess: onChanged,
  });
  const { shipment } = order;
  return (
    <Card
      id="delivery"
      title="Delivery"
      aside={
        order.actions.includes('hand-over') && shipment ? (
          <Button size="compact-sm" variant="default" loading={hand.isPending} onClick={() => hand.mutate()}>
            Mark {shipment.number} handed over
          </Button>
        ) : null
      }
    >
      {hand.isError ? (
        <Notice tone="bad" title="Not marked">
          {messageOf(hand.error)}
        </Notice>
      ) : null}
      <KeyValueList
        empty="None yet"
        items={[
          { label: 'Parcel', value: shipment?.number },
          {
            label: 'Status',
            value: shipment ? <StatePill state={shipment.status} tone={tones[shipment.status]} /> : null,
          },
          ...(shipment?.handedOverAt
            ? [{ label: 'Handed over', value: <RelativeTime at={shipment.handedOverAt} /> }]
            : []),
          {
            label: 'Address',
            value: (
              <MaskedValue
                label="address"
                masked={addressText(order.shippingAddress)}
                {...(may('members:reveal')
                  ? { reveal: async (reason: string) => addressText(await revealOrderAddress(order.id, reason)) }
                  : {})}
              />
            ),
          },
        ]}
      />
    </Card>
  );
}
