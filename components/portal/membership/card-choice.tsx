'use client';

import { type RefObject, useRef, useState } from 'react';
import type { PaymentSettings } from '../../api/checkout.ts';
import stack from '../../page/stack.module.css';
import { CardError, CardField, type CardFieldHandle } from '../checkout/card-field.tsx';
import { cardName } from '../checkout/card-words.ts';
import { newCard } from '../checkout/how-to-pay.tsx';
import { ChoiceList } from '../choice-list.tsx';

interface KeptCard {
  id: string;
  brand: string | null;
  last4: string | null;
}

export interface CardChosen {
  choice: string;
  choose: (choice: string) => void;
  field: RefObject<CardFieldHandle | null>;
  /** What the API takes as `paymentMethod`. @throws CardError */
  paymentMethod(): Promise<string>;
}

/** Which card is paid with: the first that is kept, until somebody says otherwise. */
export function useCardChoice(cards: readonly KeptCard[]): CardChosen {
  const [chosen, choose] = useState<string | null>(null);
  const field = useRef<CardFieldHandle>(null);
  const choice = chosen ?? cards[0]?.id ?? newCard;
  return {
    choice,
    choose,
    field,
    async paymentMethod() {
      if (choice !== newCard) return choice;
      if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
      return (await field.current.tokenise()).paymentMethodId;
    },
  };
}

export function CardChoice({
  cards,
  settings,
  chosen,
  disabled,
  onSubmit,
}: {
  cards: readonly KeptCard[];
  settings: PaymentSettings;
  chosen: CardChosen;
  disabled: boolean;
  onSubmit: () => void;
}) {
  return (
    <div className={stack.fields}>
      {cards.length > 0 ? (
        <ChoiceList
          name="card"
          label="Card"
          choices={[...cards.map((card) => ({ id: card.id, name: cardName(card.brand, card.last4) })), other]}
          chosen={chosen.choice}
          onChoose={chosen.choose}
          disabled={disabled}
        />
      ) : null}
      {chosen.choice === newCard ? (
        <CardField settings={settings} ref={chosen.field} disabled={disabled} onSubmit={onSubmit} />
      ) : null}
    </div>
  );
}

const other = { id: newCard, name: 'Another card' };
