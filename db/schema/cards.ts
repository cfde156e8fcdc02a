// The table is written by hand: migrations/0023_cards_and_documents.sql.

/** `pending`: the gateway has not said yet. `duplicate`: it is another card of theirs that was there before. */
export const cardStatuses = ['pending', 'requires_action', 'active', 'failed', 'duplicate', 'removed'] as const;
export type CardStatus = (typeof cardStatuses)[number];
