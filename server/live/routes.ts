import { z } from 'zod';
import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { eventSelection, eventView } from '#server/events/shapes.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { StreamEvent } from '#server/gateway/event-stream.ts';
import { type AnyRoute, stream } from '#server/gateway/route.ts';
import { id, wholeNumber } from '#server/gateway/shapes.ts';
import { findNotification, notificationsAfter, requireUserId } from '#server/notifications/queries.ts';
import type { Notification } from '#server/notifications/shapes.ts';
import { followEvents } from './follow.ts';
import { takePlace } from './places.ts';

const eventsQuery = z.strictObject({ ...eventSelection, after: wholeNumber(0).optional() });

export const routes: AnyRoute[] = [
  stream({
    path: '/events/stream',
    summary: 'Events as they happen; the id is the position, `Last-Event-ID` or `after` resumes without a gap',
    tag: 'Events',
    permission: ['events:read'],
    query: eventsQuery,
    async open(ctx, { query, lastEventId, signal }) {
      takePlace(ctx, signal);
      const { after = null, ...selection } = query;
      const from = lastEventId === null ? after : positionOf(lastEventId);
      return frames(await followEvents(ctx.app, { after: from, selection, signal }));
    },
  }),
  stream({
    path: '/notifications/stream',
    summary: 'My notifications as they come; `Last-Event-ID` resumes',
    tag: 'Notifications',
    permission: ['self'],
    async open(ctx, { lastEventId, signal }) {
      const userId = requireUserId(ctx);
      takePlace(ctx, signal);
      const selection = { type: 'notification.sent' };
      const wants = (event: StoredEvent) => event.data.userId === userId;
      const sent = await followEvents(ctx.app, { after: null, selection, wants, signal });
      const missed = lastEventId === null ? [] : await notificationsAfter(ctx, notificationId(lastEventId));
      return arrivals(ctx, missed, sent);
    },
  }),
];

async function* frames(events: AsyncIterable<StoredEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of events) {
    yield { id: String(event.position), event: 'event', data: textOf(event) };
  }
}

async function* arrivals(
  ctx: Ctx,
  missed: Notification[],
  sent: AsyncIterable<StoredEvent>,
): AsyncGenerator<StreamEvent> {
  const frame = (one: Notification) => ({ id: one.id, event: 'notification', data: JSON.stringify(one) });
  const given = new Set(missed.map((one) => one.id));
  for (const one of missed) yield frame(one);
  for await (const event of sent) {
    const id = String(event.data.notificationId);
    const arrived = given.has(id) ? null : await findNotification(ctx, id);
    if (arrived) yield frame(arrived);
  }
}

const texts = new WeakMap<StoredEvent, string>();

/** Made once for all who follow. */
function textOf(event: StoredEvent): string {
  const text = texts.get(event) ?? JSON.stringify(eventView.parse(event));
  texts.set(event, text);
  return text;
}

function notificationId(lastEventId: string): string {
  const parsed = id.safeParse(lastEventId);
  if (parsed.success) return parsed.data;
  throw badLastEventId('must be the id of a notification');
}

function positionOf(lastEventId: string): number {
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw badLastEventId('must be a position');
}

const badLastEventId = (message: string) =>
  new AppError('invalid_request', 'Last-Event-ID is not one that this stream gave.', {
    errors: [{ path: 'last-event-id', message }],
  });
