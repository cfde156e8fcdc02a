import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { CardView } from '#server/cards/shapes.ts';
import type { orderBody } from '#server/checkout/shapes.ts';
import type { PaymentView, settingsView } from '#server/payments/shapes.ts';
import { get, post } from './client.ts';
import type { Order } from './orders.ts';
import type { Page } from './shapes.ts';

export type Card = CardView;
export type Payment = PaymentView;
export type PaymentSettings = z.output<typeof settingsView>;
export type OrderInput = z.input<typeof orderBody>;

export const paymentSettingsQuery = () =>
  queryOptions({
    queryKey: ['payment-settings'],
    queryFn: ({ signal }) => get<PaymentSettings>('/payment-settings', signal),
    staleTime: 300_000,
  });

export const cardsQuery = () =>
  queryOptions({ queryKey: ['cards'], queryFn: ({ signal }) => get<Page<Card>>('/cards', signal) });

export const placeOrder = (input: OrderInput, key: string) => post<Order>('/orders', input, key);

/** The payer is back from the bank. */
export const confirmPayment = (id: string, key: string) => post<Payment>(`/payments/${id}/confirmations`, {}, key);

export const getPayment = (id: string) => get<Payment>(`/payments/${id}`);
