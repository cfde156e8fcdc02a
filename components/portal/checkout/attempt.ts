import type { OrderInput } from '../../api/checkout.ts';

/**
 * A press on "Pay" whose answer is not here yet. Kept over a reload, so that the same press is not made twice: the order that
 * it made is looked for, and pressing again sends the very same with the very same key.
 */
export interface Attempt {
  key: string;
  /** Whose press it was: a tab may see more than one person. */
  memberId: string;
  input: OrderInput;
  /** Which card was chosen: one that is typed again has another name, and is the same press all the same. */
  choice: string;
  /** One's newest order before it; null for none. */
  newest: string | null;
}

const attemptKey = 'guildhall-paying';
const bankKey = 'guildhall-to-bank';

export function readAttempt(memberId: string): Attempt | null {
  const text = sessionStorage.getItem(attemptKey);
  const attempt = text === null ? null : (JSON.parse(text) as Attempt);
  return attempt?.memberId === memberId ? attempt : null;
}

/** Whether this, one's newest order, is what the press has made: not a renewal of the night. */
export const isMadeBy = (attempt: Attempt, newest: { id: string; origin: string }) =>
  newest.id !== attempt.newest && newest.origin === 'checkout';

export const keepAttempt = (attempt: Attempt) => sessionStorage.setItem(attemptKey, JSON.stringify(attempt));
export const endAttempt = () => sessionStorage.removeItem(attemptKey);

/** The same things, to the same place, paid in the same way. */
export const isSamePress = (attempt: Attempt, wanted: OrderInput, choice: string) =>
  attempt.choice === choice &&
  JSON.stringify([attempt.input.items, attempt.input.shippingAddress]) ===
    JSON.stringify([wanted.items, wanted.shippingAddress]);

/** Whoever has just pressed "Pay" is led to their bank by itself, once; whoever comes back to the page presses a button. */
export const expectBank = (orderId: string) => sessionStorage.setItem(bankKey, orderId);

export function isLedToBank(orderId: string): boolean {
  const led = sessionStorage.getItem(bankKey) === orderId;
  if (led) sessionStorage.removeItem(bankKey);
  return led;
}
