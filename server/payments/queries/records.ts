/** For the domains that payments belong to: the row as it is, in their own transaction. Not for answers to people. */
export {
  findPayment,
  findRefund,
  lockPayment,
  type Payment,
  paymentOfOrder,
  type Refund,
  refundedOfOrders,
  refundedWhole,
  refundsOf,
} from '../record.ts';
