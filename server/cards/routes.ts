import { ruleViolated } from '#server/errors/errors.ts';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { chooseDefault, chooseForRenewals, removeCard } from './commands/choose.ts';
import { addCard, type CardNow, confirmCard } from './commands/set-up.ts';
import { cardViewOf, listCards } from './queries/cards.ts';
import { cardBody, cardList, cardView, renewalsBody } from './shapes.ts';

const tag = 'Cards';
const isDone = ({ card }: CardNow) => card.status === 'active';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/cards',
    summary: 'My cards: brand, last digits and expiry, never a number',
    tag,
    permission: ['self'],
    response: { status: 200, schema: cardList },
    handle: async (ctx) => ({ body: await listCards(ctx) }),
  }),
  route({
    method: 'post',
    path: '/cards',
    summary: 'Keep a card for later. 202 while the bank or the payment service has not said yet',
    tag,
    permission: ['self'],
    body: cardBody,
    idempotent: true,
    // Whoever tries stolen numbers tries many.
    limit: { name: 'cards', points: () => 60, windowSeconds: 3_600 },
    response: { status: 201, schema: cardView },
    prepare: (ctx, { body }) =>
      addCard(ctx, {
        token: body.paymentMethod,
        wantsDefault: body.default ?? false,
        wantsRenewals: body.useForRenewals ?? false,
      }),
    handle: async (_ctx, { prepared }) => {
      const { card, nextAction } = prepared;
      if (card.status === 'failed') {
        const message = card.failureMessage ?? 'The bank refused the card.';
        throw ruleViolated(message, [{ path: 'paymentMethod', message: card.failureCode ?? 'refused' }]);
      }
      return { body: cardViewOf(card, nextAction), status: isDone(prepared) ? 201 : 202 };
    },
  }),
  route({
    method: 'post',
    path: '/cards/{id}/confirmations',
    summary: 'The bank has been asked: what became of the card',
    tag,
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: cardView },
    prepare: (ctx, { params }) => confirmCard(ctx, params.id),
    handle: async (_ctx, { prepared }) => ({ body: cardViewOf(prepared.card, prepared.nextAction) }),
  }),
  route({
    method: 'delete',
    path: '/cards/{id}',
    summary: 'Forget a card, here and at the payment service',
    tag,
    permission: ['self'],
    params: idParams,
    response: { status: 204, schema: cardView.optional() },
    handle: async (ctx, { params }) => {
      await removeCard(ctx, params.id);
      return { body: undefined };
    },
  }),
  route({
    method: 'post',
    path: '/cards/{id}/default',
    summary: 'Propose this card first',
    tag,
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: cardView },
    handle: async (ctx, { params }) => ({ body: cardViewOf(await chooseDefault(ctx, params.id)) }),
  }),
  route({
    method: 'put',
    path: '/cards/{id}/renewals',
    summary: 'Pay renewals with this card, or not any more',
    tag,
    permission: ['self'],
    params: idParams,
    body: renewalsBody,
    response: { status: 200, schema: cardView },
    handle: async (ctx, { params, body }) => ({ body: cardViewOf(await chooseForRenewals(ctx, params.id, body.use)) }),
  }),
];
