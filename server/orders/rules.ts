import type { OrderStatus, TaxLine } from '#db/schema/orders.ts';
import type { PaymentStatus } from '#db/schema/payments.ts';

/** Tax rates are basis points: 1900 is 19 %. */
const whole = 10_000;

/**
 * The tax within a price that includes it, rounded half away from zero: gross × rate / (1 + rate). Amounts are minor units.
 */
export function taxWithin(gross: number, rateBp: number): number {
  const exact = (Math.abs(gross) * rateBp) / (whole + rateBp);
  const tax = Math.floor(exact + 0.5);
  return gross < 0 ? -tax : tax;
}

export interface PricedLine {
  amount: number;
  tax: number;
  taxCode: string;
  taxName: string;
  taxRateBp: number;
}

/** The tax lines of an order: what each rate was taken of. Rates of nothing are left out unless there is no other. */
export function taxLinesOf(lines: readonly PricedLine[]): TaxLine[] {
  const byCode = new Map<string, TaxLine>();
  for (const { amount, tax, taxCode, taxName, taxRateBp } of lines) {
    const line = byCode.get(taxCode) ?? { code: taxCode, name: taxName, rateBp: taxRateBp, net: 0, tax: 0 };
    byCode.set(taxCode, { ...line, net: line.net + amount - tax, tax: line.tax + tax });
  }
  return [...byCode.values()].sort((a, b) => a.rateBp - b.rateBp);
}

/** How long an order waits for its payer to confirm with the bank. The stock stays held meanwhile. */
export const confirmWithinMs = 30 * 60_000;
/** How often an order looks itself after a payment that nobody can say anything of; the repair wakes it much sooner. */
export const lookAgainMs = 24 * 3_600_000;
const dayMs = 24 * 3_600_000;
/** When the invoice of an order on account is due. */
export const invoiceWithinMs = 60 * dayMs;
/**
 * How long the order waits for its invoice to be paid: what is paid on the last day takes a bank some working days, and
 * somebody writes it down after that.
 */
export const invoiceWaitMs = invoiceWithinMs + 10 * dayMs;

/** Members with whom no business is done. */
const barred = new Set(['suspended', 'deceased', 'erased', 'resigned']);
export const isBarred = (status: string) => barred.has(status);

/** An order can be called off while its bank still asks: before that it is being charged, after it it is paid. */
export const mayCallOff = (order: { status: OrderStatus }, payment: { status: PaymentStatus } | null) =>
  order.status === 'requires_action' && payment?.status === 'requires_action';

/** All of it went back, or is on its way: nothing is delivered for it. Minor units. */
export const isAskedBack = (payment: { amount: number; refundsAsked: number } | null): boolean =>
  payment !== null && payment.refundsAsked === payment.amount;

/**
 * A parcel leaves for an order that is done or goes on; not for one that turns back, is stuck, was given up, or whose money
 * goes back.
 */
export const mayHandOver = (
  order: { status: OrderStatus; failureCode: string | null },
  shipment: { status: string } | null,
  payment: { amount: number; refundsAsked: number } | null,
): boolean =>
  shipment?.status === 'created' &&
  !isAskedBack(payment) &&
  (order.status === 'completed' || (order.status === 'shipped' && order.failureCode === null));
