'use client';

import { type RefObject, useRef, useState } from 'react';
import type { PaymentSettings } from '../../api/checkout.ts';
import { CardError, CardField, type CardFieldHandle } from '../checkout/card-field.tsx';
import { cardName } from '../checkout/card-words.ts';
import classes from '../checkout/checkout.module.css';
import { newCard } from '../checkout/how-to-pay.tsx';

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
  const options = [...cards.map((card) => ({ id: card.id, name: cardName(card.brand, card.last4) })), other];
  return (
    <>
      {cards.length > 0 ? (
        <fieldset className={classes.cards} aria-label="Card">
          {options.map(({ id, name }) => (
            <label key={id} className={classes.choice}>
              <input
                type="radio"
                name="card"
                checked={chosen.choice === id}
                disabled={disabled}
                onChange={() => chosen.choose(id)}
              />
              <span className={classes.name}>{name}</span>
            </label>
          ))}
        </fieldset>
      ) : null}
      {chosen.choice === newCard ? (
        <CardField settings={settings} ref={chosen.field} disabled={disabled} onSubmit={onSubmit} />
      ) : null}
    </>
  );
}

const other = { id: newCard, name: 'Another card' };
