import type { Ref } from 'react';
import type { PaymentSettings } from '../../api/checkout.ts';
import { ToldError } from '../../api/problem.ts';

/** A card that was typed, by the payment service's name for it. */
export interface TypedCard {
  paymentMethodId: string;
  brand: string;
  last4: string;
}

/** Why there is none. The field says what is wrong with it; `message` is for a summary. */
export class CardError extends ToldError {}

export interface CardFieldHandle {
  /** @throws CardError when what is typed is no card, or the payment service cannot be reached */
  tokenise(): Promise<TypedCard>;
  focus(): void;
}

export interface CardFieldProps {
  settings: PaymentSettings;
  ref?: Ref<CardFieldHandle>;
  disabled?: boolean;
  /** Enter was pressed in it. */
  onSubmit?: () => void;
  onChange?: (state: { complete: boolean }) => void;
}
