import { routes as access } from '#server/access/routes.ts';
import { routes as audit } from '#server/audit/routes.ts';
import { routes as cards } from '#server/cards/routes.ts';
import { routes as checkout } from '#server/checkout/routes.ts';
import { routes as demo } from '#server/demo/routes.ts';
import { routes as documents } from '#server/documents/routes.ts';
import { routes as events } from '#server/events/routes.ts';
import { routes as exported } from '#server/export/routes.ts';
import { routes as ledger } from '#server/ledger/routes.ts';
import { routes as transfers } from '#server/ledger/transfers/routes.ts';
import { routes as live } from '#server/live/routes.ts';
import { routes as loans } from '#server/loans/routes.ts';
import { routes as members } from '#server/members/routes.ts';
import { routes as memberships } from '#server/memberships/routes.ts';
import { routes as notifications } from '#server/notifications/routes.ts';
import { routes as orders } from '#server/orders/routes.ts';
import { routes as overview } from '#server/overview/routes.ts';
import { routes as payments } from '#server/payments/routes.ts';
import { routes as queue } from '#server/queue/routes.ts';
import { routes as sagas } from '#server/sagas/routes.ts';
import type { AnyRoute } from './route.ts';
import { systemRoutes } from './system-routes.ts';

/** Every route of the API. */
export const routes: readonly AnyRoute[] = [
  ...systemRoutes(() => routes),
  ...access,
  ...audit,
  ...cards,
  ...checkout,
  ...documents,
  ...demo,
  ...events,
  ...exported,
  ...ledger,
  ...live,
  ...loans,
  ...members,
  ...memberships,
  ...notifications,
  ...orders,
  ...overview,
  ...payments,
  ...queue,
  ...sagas,
  ...transfers,
];
