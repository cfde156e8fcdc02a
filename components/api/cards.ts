import type { z } from 'zod';
import type { cardBody } from '#server/cards/shapes.ts';
import type { Card } from './checkout.ts';
import { call, post, remove } from './client.ts';

type CardInput = z.input<typeof cardBody>;

export const cardKeys = { all: ['cards'] as const };

/** @throws ApiError 422 when the bank refuses the card */
export const addCard = (input: CardInput, key: string) => post<Card>('/cards', input, key);

/** Its holder is back from the bank. */
export const confirmCard = (id: string, key: string) => post<Card>(`/cards/${id}/confirmations`, {}, key);

export const proposeFirst = (id: string) => post<Card>(`/cards/${id}/default`, {}, crypto.randomUUID());

export const payRenewalsWith = async (id: string, use: boolean) =>
  (await call<Card>(`/cards/${id}/renewals`, { method: 'PUT', body: { use } })).data;

export const removeCard = (id: string) => remove(`/cards/${id}`);
