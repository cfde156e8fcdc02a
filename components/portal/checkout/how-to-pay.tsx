'use client';

import type { RefObject } from 'react';
import type { PaymentSettings, Card as SavedCard } from '../../api/checkout.ts';
import { Switch } from '../../forms/switch.tsx';
import { Card } from '../../page/card.tsx';
import { CardField, type CardFieldHandle } from './card-field.tsx';
import { cardName, expiryOf } from './card-words.ts';
import classes from './checkout.module.css';

/** The choice of a card that is typed now. */
export const newCard = 'new';

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
      {cards.length > 0 ? (
        <fieldset className={classes.cards} aria-label="Card">
          {cards.map((card) => (
            <label key={card.id} className={classes.choice}>
              <input
                type="radio"
                name="card"
                checked={choice === card.id}
                disabled={disabled}
                onChange={() => onChoose(card.id)}
              />
              <span className={classes.name}>{cardName(card.brand, card.last4)}</span>
              <span className={classes.small}>
                {card.expMonth && card.expYear ? `until ${expiryOf(card.expMonth, card.expYear)}` : ''}
              </span>
            </label>
          ))}
          <label className={classes.choice}>
            <input
              type="radio"
              name="card"
              checked={choice === newCard}
              disabled={disabled}
              onChange={() => onChoose(newCard)}
            />
            <span className={classes.name}>Another card</span>
          </label>
        </fieldset>
      ) : null}
      {choice === newCard ? (
        <>
          <CardField settings={settings} ref={field} disabled={disabled} onSubmit={onSubmit} />
          <div className={classes.save}>
            <Switch
              label="Keep this card for next time"
              checked={save}
              disabled={disabled}
              onChange={(event) => onSave(event.currentTarget.checked)}
            />
          </div>
        </>
      ) : null}
    </Card>
  );
}
