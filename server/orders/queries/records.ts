/** For the domains that go on from an order: the row as it is, in their own transaction. Not for answers to people. */
export { lockOrder, type Order, type OrderItem } from '../record.ts';
export { type IncomeCode, incomeOf } from '../steps/deliver.ts';
