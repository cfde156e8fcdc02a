import type { App } from '#server/context/app.ts';
import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';

/** In one process. A browser holds one or two for each of its tabs, a client one for each of its readers. */
const most = { session: 10, client: 50 } as const;

const open = new WeakMap<App, Map<string, number>>();

/**
 * Takes a place for a stream until the signal aborts. The newest is refused, not the oldest ended: a browser would connect
 * again at once, and end the next. @throws AppError `too_many_requests`
 */
export function takePlace(ctx: Ctx, signal: AbortSignal): void {
  const { actor } = ctx;
  if (actor.kind !== 'user' && actor.kind !== 'client') return;
  const [who, limit] =
    actor.kind === 'user' ? [`session:${actor.sessionId}`, most.session] : [`client:${actor.clientId}`, most.client];
  const places = open.get(ctx.app) ?? new Map<string, number>();
  open.set(ctx.app, places);
  const taken = places.get(who) ?? 0;
  if (taken >= limit) {
    throw new AppError('too_many_requests', `No more than ${limit} live streams at once. Close one first.`, {
      retryAfterSeconds: 30,
    });
  }
  if (signal.aborted) return;
  places.set(who, taken + 1);
  signal.addEventListener(
    'abort',
    () => {
      const left = (places.get(who) ?? 1) - 1;
      if (left > 0) places.set(who, left);
      else places.delete(who);
    },
    { once: true },
  );
}
