import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, minorUnits } from './columns.ts';
import { members, plans } from './members.ts';

export const orderStatuses = [
  'created',
  'requires_action',
  'paid',
  'reserved',
  'shipped',
  'completed',
  'failed',
  'cancelled',
  'stuck',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const orderOrigins = ['checkout', 'renewal', 'upgrade', 'staff'] as const;
export type OrderOrigin = (typeof orderOrigins)[number];

export const productKinds = ['book', 'course', 'event', 'merchandise'] as const;
export type ProductKind = (typeof productKinds)[number];

export interface TaxLine {
  code: string;
  name: string;
  rateBp: number;
  /** Minor units: what is taxed, without the tax. */
  net: number;
  tax: number;
}

/** A card at the gateway, by the gateway's name for it; or an invoice that somebody pays later. */
export type PaymentChoice =
  | {
      kind: 'card';
      paymentMethodId: string;
      cardId: string | null;
      brand: string | null;
      last4: string | null;
      save: boolean;
      offSession: boolean;
    }
  | { kind: 'invoice' };

export const taxRates = pgTable('tax_rates', {
  code: text().primaryKey(),
  name: text().notNull(),
  rateBp: integer().notNull(),
});

export const products = pgTable('products', {
  id: uuid().primaryKey(),
  sku: text().notNull().unique('products_sku_key'),
  name: text().notNull(),
  description: text().notNull(),
  kind: text({ enum: productKinds }).notNull(),
  priceAmount: minorUnits().notNull(),
  priceCurrency: text().notNull(),
  taxCode: text()
    .notNull()
    .references(() => taxRates.code),
  digital: boolean().notNull(),
  maxPerOrder: integer().notNull().default(20),
  sort: integer().notNull().default(0),
  retiredAt: at(),
});

export const stockLevels = pgTable(
  'stock_levels',
  {
    productId: uuid()
      .primaryKey()
      .references(() => products.id),
    onHand: integer().notNull(),
    held: integer().notNull().default(0),
    reserved: integer().notNull().default(0),
  },
  (table) => [
    check(
      'stock_levels_sound',
      sql`${table.held} >= 0 and ${table.reserved} >= 0 and ${table.onHand} - ${table.held} - ${table.reserved} >= 0`,
    ),
  ],
);

export const orders = pgTable(
  'orders',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('orders_number_key'),
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    status: text({ enum: orderStatuses }).notNull(),
    origin: text({ enum: orderOrigins }).notNull(),
    currency: text().notNull(),
    total: minorUnits().notNull(),
    tax: minorUnits().notNull(),
    taxLines: jsonb().$type<TaxLine[]>().notNull(),
    ships: boolean().notNull(),
    shippingAddressSealed: text(),
    paymentChoice: jsonb().$type<PaymentChoice>().notNull(),
    failureCode: text(),
    failureMessage: text(),
    correlationId: uuid().notNull(),
    version: integer().notNull(),
    createdAt: at().notNull(),
    updatedAt: at().notNull(),
    finishedAt: at(),
  },
  (table) => [
    index('orders_member').on(table.memberId, table.createdAt, table.id),
    index('orders_created').on(table.createdAt, table.id),
    index('orders_total').on(table.total, table.createdAt, table.id),
    index('orders_open').on(table.status, table.createdAt).where(sql`${table.finishedAt} is null`),
  ],
);

export const orderItems = pgTable(
  'order_items',
  {
    orderId: uuid()
      .notNull()
      .references(() => orders.id),
    line: integer().notNull(),
    kind: text({ enum: ['product', 'plan'] }).notNull(),
    productId: uuid().references(() => products.id),
    planId: uuid().references(() => plans.id),
    name: text().notNull(),
    quantity: integer().notNull(),
    unitAmount: minorUnits().notNull(),
    amount: minorUnits().notNull(),
    taxCode: text()
      .notNull()
      .references(() => taxRates.code),
    taxRateBp: integer().notNull(),
    tax: minorUnits().notNull(),
    digital: boolean().notNull(),
    terms: jsonb(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.line] })],
);

export const stockHolds = pgTable(
  'stock_holds',
  {
    orderId: uuid()
      .notNull()
      .references(() => orders.id),
    productId: uuid()
      .notNull()
      .references(() => products.id),
    quantity: integer().notNull(),
    status: text({ enum: ['held', 'reserved', 'shipped', 'released'] }).notNull(),
    updatedAt: at().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.productId] })],
);

export const shipments = pgTable('shipments', {
  id: uuid().primaryKey(),
  number: text().notNull().unique('shipments_number_key'),
  orderId: uuid()
    .notNull()
    .unique('shipments_order_key')
    .references(() => orders.id),
  status: text({ enum: ['created', 'handed_over', 'cancelled'] }).notNull(),
  createdAt: at().notNull(),
  handedOverAt: at(),
});

export const digitalGrants = pgTable('digital_grants', {
  id: uuid().primaryKey(),
  memberId: uuid()
    .notNull()
    .references(() => members.id),
  productId: uuid()
    .notNull()
    .references(() => products.id),
  orderId: uuid()
    .notNull()
    .references(() => orders.id),
  line: integer().notNull(),
  grantedAt: at().notNull(),
  revokedAt: at(),
});

/** What a member has put aside to buy, on whichever device. */
export const carts = pgTable('carts', {
  memberId: uuid()
    .primaryKey()
    .references(() => members.id),
  items: jsonb().notNull(),
  updatedAt: at().notNull(),
});
