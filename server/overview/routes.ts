import type { StreamEvent } from '#server/gateway/event-stream.ts';
import { type AnyRoute, route, stream } from '#server/gateway/route.ts';
import { followChanges } from '#server/live/changes.ts';
import { takePlace } from '#server/live/places.ts';
import { overview, overviewEveryMs } from './queries.ts';
import { consoleOverview } from './shapes.ts';

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
