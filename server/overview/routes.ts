import type { StreamEvent } from '#server/gateway/event-stream.ts';
import { type AnyRoute, route, stream } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { followChanges } from '#server/live/changes.ts';
import { takePlace } from '#server/live/places.ts';
import { memberMoney } from './member-money.ts';
import { overview, overviewEveryMs } from './queries.ts';
import { consoleOverview, memberMoneyView } from './shapes.ts';

const tag = 'Console';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/overview',
    summary: 'What needs a person now, what flows, whether anything is behind',
    tag,
    permission: ['console:open'],
    response: { status: 200, schema: consoleOverview },
    handle: async (ctx) => ({ body: await overview(ctx) }),
  }),
  route({
    method: 'get',
    path: '/members/{id}/money',
    summary: 'What a member has, owes, ordered and paid, in one look',
    tag,
    permission: ['members:open'],
    params: idParams,
    response: { status: 200, schema: memberMoneyView },
    handle: async (ctx, { params }) => ({ body: await memberMoney(ctx, params.id) }),
  }),
  stream({
    path: '/overview/stream',
    summary: 'Says `changed` when something has happened, at most once a second; the data is the newest position',
    tag,
    permission: ['console:open'],
    async open(ctx, { signal }) {
      takePlace(ctx, signal);
      return changed(await followChanges(ctx.app, signal, overviewEveryMs));
    },
  }),
];

async function* changed(positions: AsyncIterable<number>): AsyncGenerator<StreamEvent> {
  for await (const position of positions) yield { event: 'changed', data: String(position) };
}
