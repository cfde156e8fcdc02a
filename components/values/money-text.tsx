import type { Money } from '../api/shapes.ts';
import { formatMoney } from './format.ts';

/** An amount in minor units, with its currency. `signed` shows the plus too. */
export function MoneyText({ amount, currency, signed = false }: Money & { signed?: boolean }) {
  return (
    <span className="tabular">
      {signed && amount > 0 ? '+' : ''}
      {formatMoney(amount, currency)}
    </span>
  );
}
