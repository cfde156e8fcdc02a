import type { StaffOrder } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import classes from './orders.module.css';

/** What was ordered, line by line, and the tax in it. */
export function ItemsCard({ order }: { order: StaffOrder }) {
  return (
    <Card id="items" title="What was ordered">
      <table className={classes.items}>
        <thead className={classes.note}>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {order.items.map((item) => (
            <tr key={item.line}>
              <td>
                {item.name}
                {item.quantity > 1 ? (
                  <span className={classes.note}>
                    {' '}
                    {item.quantity} × <MoneyText {...item.unitPrice} />
                  </span>
                ) : null}
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
              <tr key={line.code}>
                <th scope="row">of which {line.name}</th>
                <td>
                  <MoneyText {...line.tax} />
                </td>
              </tr>
            ))}
          <tr>
            <th scope="row">Total</th>
            <td>
              <MoneyText {...order.total} />
            </td>
          </tr>
        </tfoot>
      </table>
    </Card>
  );
}
