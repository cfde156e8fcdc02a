import { transferSaga } from '#server/ledger/transfers/saga.ts';
import { orderSaga } from '#server/orders/saga.ts';
import type { SagaDefinition } from '#server/sagas/define.ts';

/** Every saga there is. Whatever web processes begin, the worker has to know. */
export const sagas: readonly SagaDefinition[] = [orderSaga, transferSaga];
