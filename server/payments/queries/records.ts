/** For the domains that payments belong to: the row as it is, in their own transaction. Not for answers to people. */
export { findPayment, lockPayment, type Payment, paymentOfOrder } from '../record.ts';
