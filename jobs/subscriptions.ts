import { accessEvents } from '#server/access/events.ts';
import { cardEvents } from '#server/cards/events.ts';
import { reactions as cardReactions } from '#server/cards/reactions.ts';
import { reactions as checkoutReactions } from '#server/checkout/reactions.ts';
import { documentEvents } from '#server/documents/events.ts';
import { reactions as documentReactions } from '#server/documents/reactions.ts';
import type { EventType, Projection, Reaction } from '#server/events/define.ts';
import { memberEvents as eventsOfMembers } from '#server/events/member-events.ts';
import { eventCatalogue } from '#server/events/registry.ts';
import { integrationEvents } from '#server/integrations/events.ts';
import { projections as integrationProjections } from '#server/integrations/projections.ts';
import { ledgerEvents } from '#server/ledger/events.ts';
import { reactions as ledgerReactions } from '#server/ledger/reactions.ts';
import { transferEvents } from '#server/ledger/transfers/events.ts';
import { loanEvents } from '#server/loans/events.ts';
import { reactions as loanReactions } from '#server/loans/reactions.ts';
import { memberEvents } from '#server/members/events.ts';
import { projections as memberProjections } from '#server/members/projections.ts';
import { reactions as memberReactions } from '#server/members/reactions.ts';
import { membershipEvents } from '#server/memberships/events.ts';
import { reactions as membershipReactions } from '#server/memberships/reactions.ts';
import { notificationEvents } from '#server/notifications/events.ts';
import { reactions as notificationReactions } from '#server/notifications/reactions.ts';
import { orderEvents } from '#server/orders/events.ts';
import { reactions as orderReactions } from '#server/orders/reactions.ts';
import { paymentEvents } from '#server/payments/events.ts';
import { reactions as paymentReactions } from '#server/payments/reactions.ts';
import { reconciliationEvents } from '#server/reconciliation/events.ts';
import { sagaEvents } from '#server/sagas/events.ts';

/** Every event type, for the registry. */
export const events: readonly EventType[] = eventCatalogue([
  accessEvents,
  cardEvents,
  documentEvents,
  integrationEvents,
  ledgerEvents,
  loanEvents,
  memberEvents,
  membershipEvents,
  notificationEvents,
  orderEvents,
  paymentEvents,
  reconciliationEvents,
  sagaEvents,
  transferEvents,
]);

/** Readers that keep read models. */
export const projections: readonly Projection[] = [
  ...memberProjections,
  ...integrationProjections,
  eventsOfMembers(events),
];

/** Readers that turn events into jobs. */
export const reactions: readonly Reaction[] = [
  ...memberReactions,
  ...membershipReactions,
  ...ledgerReactions,
  ...notificationReactions,
  ...orderReactions,
  ...loanReactions,
  ...checkoutReactions,
  ...cardReactions,
  ...documentReactions,
  ...paymentReactions,
];
