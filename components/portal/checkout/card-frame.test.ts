import { expect, it } from 'vitest';
import { frameMessageOf } from './card-frame.ts';

const said = (message: object) => frameMessageOf({ from: 'card-frame', ...message });

it('hears what the card frame says', () => {
  expect(said({ type: 'ready' })).toEqual({ type: 'ready' });
  expect(said({ type: 'height', height: 158 })).toEqual({ type: 'height', height: 158 });
  expect(said({ type: 'change', complete: true, empty: false })).toEqual({ type: 'change', complete: true });
  const card = { brand: 'visa', last4: '4242', expMonth: 12 };
  expect(said({ type: 'tokenised', requestId: 'r1', paymentMethodId: 'pm_1', card })).toEqual({
    ...{ type: 'tokenised', requestId: 'r1', paymentMethodId: 'pm_1' },
    ...{ brand: 'visa', last4: '4242' },
  });
  const error = { code: 'incomplete', message: 'The expiry date is incomplete.' };
  expect(said({ type: 'failed', requestId: 'r1', error })).toMatchObject({ reason: error.message });
});

it('hears nothing else: neither other windows, nor half a message', () => {
  for (const other of [null, 'ready', 7, {}, { type: 'ready' }, { from: 'elsewhere', type: 'ready' }]) {
    expect(frameMessageOf(other)).toBeNull();
  }
  expect(said({ type: 'height', height: '158' })).toBeNull();
  expect(said({ type: 'tokenised', requestId: 'r1', paymentMethodId: 'pm_1' })).toBeNull();
  expect(said({ type: 'tokenised', requestId: 'r1', paymentMethodId: 'pm_1', card: { brand: null } })).toBeNull();
  expect(said({ type: 'failed', requestId: 'r1', error: null })).toBeNull();
  expect(said({ type: 'focus', field: 'number' })).toBeNull();
});
