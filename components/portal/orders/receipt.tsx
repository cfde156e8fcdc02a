import type { Order } from '../../api/orders.ts';
import { Card } from '../../page/card.tsx';
import { formatDate, formatDateTime } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { cardName } from '../checkout/card-words.ts';
import classes from './receipt.module.css';

/** What was ordered, what it comes to, how it is paid and where it goes. */
export function Receipt({ order }: { order: Order }) {
  const { payment, shipment, shippingAddress } = order;
  const facts = [
    { label: 'Ordered', value: formatDateTime(order.createdAt) },
    ...(payment?.card ? [{ label: 'Card', value: cardName(payment.card.brand, payment.card.last4) }] : []),
    ...(payment && payment.refundedAmount.amount > 0
      ? [{ label: 'Given back', value: <MoneyText {...payment.refundedAmount} /> }]
      : []),
    ...(shippingAddress ? [{ label: 'Goes to', value: addressLine(shippingAddress) }] : []),
    ...(shipment && shipment.status !== 'cancelled'
      ? [
          {
            label: `Parcel ${shipment.number}`,
            value: shipment.handedOverAt ? `Sent on ${formatDate(shipment.handedOverAt)}` : 'Being packed',
          },
        ]
      : []),
  ];
  return (
    <Card id="receipt" title={order.status === 'completed' ? 'Receipt' : 'What you ordered'}>
      <table className={classes.lines}>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {order.items.map((item) => (
            <tr key={item.line}>
              <td>
                {item.quantity > 1 ? `${item.quantity} × ` : ''}
                {item.name}
              </td>
              <td>
                <MoneyText {...item.amount} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {order.taxLines
            .filter(({ rateBp }) => rateBp > 0)
            .map((line) => (
              <tr key={line.code} data-tax>
                <th scope="row">of which {line.name}</th>
                <td>
                  <MoneyText {...line.tax} />
                </td>
              </tr>
            ))}
          <tr data-total>
            <th scope="row">Total</th>
            <td>
              <MoneyText {...order.total} />
            </td>
          </tr>
        </tfoot>
      </table>
      <KeyValueList items={facts} />
    </Card>
  );
}

const addressLine = (address: NonNullable<Order['shippingAddress']>) =>
  [address.line1, address.line2, `${address.postalCode} ${address.city}`, address.region, address.country]
    .filter(Boolean)
    .join(', ');
