import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** A moment, with its zone. */
export const at = () => timestamp({ withTimezone: true });

/** An amount, in minor units of the currency beside it. */
export const minorUnits = () => bigint({ mode: 'number' });
