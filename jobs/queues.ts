import { z } from 'zod';
import { cardQueues } from '#server/cards/queues.ts';
import { checkoutQueues } from '#server/checkout/queues.ts';
import { documentQueues } from '#server/documents/queues.ts';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { openUsualAccount } from '#server/ledger/commands/accounts.ts';
import { checkLedger } from '#server/ledger/commands/checks.ts';
import { loanQueues } from '#server/loans/queues.ts';
import { memberQueues } from '#server/members/queues.ts';
import { syncMember } from '#server/members/sync.ts';
import { membershipQueues } from '#server/memberships/queues.ts';
import { notify } from '#server/notifications/in-app.ts';
import { deliverMail } from '#server/notifications/mail.ts';
import { mailTemplates } from '#server/notifications/reactions.ts';
import { orderQueues } from '#server/orders/queues.ts';
import { paymentQueues } from '#server/payments/queues.ts';
import { databaseQueue, partnerQueue, type Queue } from '#server/queue/define.ts';
import { sagaCalls, sagaSteps } from '#server/sagas/queues.ts';
import { maintenance } from './maintenance.ts';

const syncPayload = z.strictObject({ memberId: id, version: z.int().positive() });

/** Strict per member: a write that is tried again never overtakes a newer one. Four at a time keep a slow partner busy without flooding it. */
const sync = (system: 'legacy' | 'crm') =>
  partnerQueue({
    name: `sync-${system}`,
    flow: system,
    payload: syncPayload,
    order: 'strict',
    concurrency: 4,
    expireSeconds: 60,
    handle: (ctx, job) => syncMember(ctx, system, job.payload),
    test: (ctx) => partnersOf(ctx.app)[system]().check(),
  });

const mail = partnerQueue({
  name: 'mail',
  flow: 'mail',
  payload: z.strictObject({
    // Jobs of older versions lack it: their own id was their mail's.
    mailId: id.optional(),
    template: z.enum(mailTemplates),
    memberId: id.nullable(),
    userId: id.nullable(),
    facts: z.record(z.string(), z.json()),
  }),
  // Mails of one person may pass each other; none waits for another's slow server.
  order: 'free',
  concurrency: 4,
  expireSeconds: 120,
  handle: (ctx, job) => deliverMail(ctx, { ...job.payload, mailId: job.payload.mailId ?? job.id }),
  test: (ctx) => partnersOf(ctx.app).mail().check(),
});

const notifications = databaseQueue({
  name: 'notify',
  payload: z.strictObject({
    kind: z.string(),
    title: z.string(),
    body: z.string(),
    link: z.string().nullable(),
    memberId: id.nullable(),
    userId: id.nullable(),
    eventId: id,
    at: z.string(),
  }),
  order: 'free',
  concurrency: 4,
  expireSeconds: 30,
  handle: (tx, job) => notify(tx, job.payload),
});

const openAccount = databaseQueue({
  name: 'open-account',
  payload: z.strictObject({ memberId: id }),
  order: 'free',
  concurrency: 2,
  expireSeconds: 30,
  handle: async (tx, job) => {
    await openUsualAccount(tx, job.payload.memberId);
  },
});

const ledgerChecks = databaseQueue({
  name: 'ledger-checks',
  payload: z.strictObject({ requestedBy: z.string().nullable() }),
  order: 'free',
  // Reads all of the books: two at once would only slow each other.
  concurrency: 1,
  expireSeconds: 600,
  handle: async (tx, job) => {
    await checkLedger(tx, { kind: 'request', id: job.id, requestedBy: job.payload.requestedBy });
  },
});

/**
 * Every queue there is, each with its policy and its handler: a queue without one does not compile. Queues of partners are
 * strict per record, so that a write that is tried again never overtakes a newer one.
 */
export const queues = [
  maintenance,
  sync('legacy'),
  sync('crm'),
  mail,
  notifications,
  openAccount,
  ledgerChecks,
  sagaSteps,
  sagaCalls,
  ...paymentQueues,
  ...orderQueues,
  ...loanQueues,
  ...memberQueues,
  ...membershipQueues,
  ...checkoutQueues,
  ...cardQueues,
  ...documentQueues,
] as const satisfies readonly Queue[];
