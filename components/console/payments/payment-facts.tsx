import type { Route } from 'next';
import Link from 'next/link';
import type { StaffPayment } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { formatDate, formatNumber, wordsOf } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { type KeyValue, KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { cardText } from './card-text.ts';

/** What a payment is here and at the gateway. */
export function PaymentFacts({ payment }: { payment: StaffPayment }) {
  const { behind, orderId } = payment;
  const known = (label: string, value: KeyValue['value'] | null) => (value ? [{ label, value }] : []);
  return (
    <Card id="facts" title="Payment">
      <KeyValueList
        items={[
          { label: 'Amount', value: <MoneyText {...payment.amount} /> },
          { label: 'Given back', value: <MoneyText {...payment.refunded} /> },
          ...known('Fee', behind?.fee && <MoneyText {...behind.fee} />),
          { label: 'By', value: payment.card ? cardText(payment.card) : wordsOf(payment.method) },
          ...known('Order', orderId && <Link href={`/ops/orders/${orderId}` as Route}>Open the order</Link>),
          ...known('Settled', payment.settledAt && <RelativeTime at={payment.settledAt} />),
          ...known('Received', behind?.receivedOn && formatDate(behind.receivedOn)),
          ...known('Reference', behind?.reference),
          ...known('Asks the gateway', behind?.repairAt && <RelativeTime at={behind.repairAt} />),
          ...known('Asked it', behind?.repairs ? `${formatNumber(behind.repairs)} times` : null),
          ...known('Intent', behind?.intentId && <IdText id={behind.intentId} label="intent id" />),
          ...known('Charge', behind?.chargeId && <IdText id={behind.chargeId} label="charge id" />),
          { label: 'Id', value: <IdText id={payment.id} label="payment id" short /> },
        ]}
      />
    </Card>
  );
}
