'use client';

import type { RefObject } from 'react';
import type { PaymentSettings, Card as SavedCard } from '../../api/checkout.ts';
import { Switch } from '../../forms/switch.tsx';
import { Card } from '../../page/card.tsx';
import stack from '../../page/stack.module.css';
import { ChoiceList } from '../choice-list.tsx';
import { CardField, type CardFieldHandle } from './card-field.tsx';
import { cardName, expiryOf } from './card-words.ts';

/** The choice of a card that is typed now. */
export const newCard = 'new';

const choiceOf = ({ id, brand, last4, expMonth, expYear }: SavedCard) => ({
  id,
  name: cardName(brand, last4),
  about: expMonth && expYear ? `until ${expiryOf(expMonth, expYear)}` : null,
});
const otherCard = { id: newCard, name: 'Another card' };

/** The last step: a card that is kept, or another one. */
export function HowToPay({
  settings,
  cards,
  choice,
  onChoose,
  save,
  onSave,
  field,
  disabled,
  onSubmit,
}: {
  settings: PaymentSettings;
  cards: SavedCard[];
  choice: string;
  onChoose: (choice: string) => void;
  save: boolean;
  onSave: (save: boolean) => void;
  field: RefObject<CardFieldHandle | null>;
  disabled: boolean;
  onSubmit: () => void;
}) {
  return (
    <Card id="how-to-pay" title="How to pay">
      <div className={stack.fields}>
        {cards.length > 0 ? (
          <ChoiceList
            name="card"
            label="Card"
            choices={[...cards.map(choiceOf), otherCard]}
            chosen={choice}
            onChoose={onChoose}
            disabled={disabled}
          />
        ) : null}
        {choice === newCard ? (
          <>
            <CardField settings={settings} ref={field} disabled={disabled} onSubmit={onSubmit} />
            <Switch
              label="Keep this card for next time"
              checked={save}
              disabled={disabled}
              onChange={(event) => onSave(event.currentTarget.checked)}
            />
          </>
        ) : null}
      </div>
    </Card>
  );
}
