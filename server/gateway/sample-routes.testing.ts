import { z } from 'zod';
import { AppError, changedMeanwhile, notYours } from '#server/errors/errors.ts';
import { type AnyRoute, download, route, stream } from './route.ts';
import { idParams, wholeNumber } from './shapes.ts';

const note = z.strictObject({ text: z.string().max(100), count: z.int().optional() });

/** What the handlers of these routes saw, for tests that look at what did or did not happen. */
export const seen: { inserted: number } = { inserted: 0 };

/** Routes that show one behaviour of the gateway each. `notes` is a table that the test makes. */
export const sampleRoutes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/samples/{id}',
    summary: 'One',
    tag: 'Samples',
    permission: 'public',
    params: idParams,
    query: z.strictObject({ limit: wholeNumber(0, 10).default(5) }),
    etag: true,
    response: { status: 200, schema: z.object({ id: z.string(), limit: z.number() }) },
    handle: async (_ctx, { params, query }) => {
      // `secret` is not declared: it must not leave.
      const body = { id: params.id, limit: query.limit, secret: 'not for you' };
      return { body, etag: '7' };
    },
  }),
  route({
    method: 'patch',
    path: '/samples/{id}',
    summary: 'Change',
    tag: 'Samples',
    permission: ['self'],
    params: idParams,
    etag: true,
    body: note,
    response: { status: 200, schema: z.strictObject({ ifMatch: z.string().nullable() }) },
    handle: async (_ctx, { ifMatch }) => ({ body: { ifMatch } }),
  }),
  route({
    method: 'post',
    path: '/samples',
    summary: 'Echo',
    tag: 'Samples',
    permission: 'public',
    body: note,
    maxBytes: 1_000,
    response: { status: 201, schema: note },
    handle: async (_ctx, { body }) => ({ body }),
  }),
  route({
    method: 'post',
    path: '/samples/forms',
    summary: 'Form',
    tag: 'Samples',
    permission: 'public',
    bodyType: 'form',
    body: z.strictObject({ name: z.string() }),
    response: { status: 200, schema: z.strictObject({ name: z.string() }) },
    handle: async (_ctx, { body }) => ({ body }),
  }),
  route({
    method: 'delete',
    path: '/samples/{id}',
    summary: 'Gone',
    tag: 'Samples',
    permission: ['access:manage'],
    params: idParams,
    response: { status: 204, schema: z.undefined() },
    handle: async () => ({ body: undefined }),
  }),
  route({
    method: 'get',
    path: '/samples/surprise',
    summary: 'Throws',
    tag: 'Samples',
    permission: 'public',
    response: { status: 200, schema: z.strictObject({}) },
    handle: async () => {
      throw new Error('the password is hunter2');
    },
  }),
  route({
    method: 'get',
    path: '/samples/misfit',
    summary: 'Gives what it did not declare',
    tag: 'Samples',
    permission: 'public',
    response: { status: 200, schema: z.object({ n: z.number() }) },
    handle: async () => ({ body: JSON.parse('{"n":"hunter2"}') }),
  }),
  route({
    method: 'post',
    path: '/samples/notes',
    summary: 'Writes a row, once',
    tag: 'Samples',
    permission: 'public',
    idempotent: true,
    body: note,
    response: { status: 201, schema: z.strictObject({ id: z.int() }) },
    handle: async (ctx, { body }) => {
      const [row] = await ctx.sql<{ id: number }[]>`insert into notes (text) values (${body.text}) returning id`;
      seen.inserted += 1;
      if (body.text === 'refuse') throw new AppError('rule_violated', 'No such notes.');
      if (body.text === 'race') throw changedMeanwhile();
      if (body.text === 'deadlock')
        await ctx.sql`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`;
      if (body.text === 'break') throw new Error('broken');
      if (body.text === 'slow') await ctx.sql`select pg_advisory_xact_lock(4711)`;
      if (body.text === 'crash') await ctx.sql`select pg_terminate_backend(pg_backend_pid())`;
      return { body: { id: row?.id ?? 0 }, etag: '1', headers: { location: `/notes/${row?.id}` } };
    },
  }),
  route({
    method: 'post',
    path: '/samples/secrets',
    summary: 'Shows a secret once',
    tag: 'Samples',
    permission: 'public',
    idempotent: { secret: (body) => body.secret !== null },
    body: note,
    response: { status: 201, schema: z.strictObject({ secret: z.string().nullable() }) },
    handle: async (ctx, { body }) => {
      await ctx.sql`insert into notes (text) values (${body.text})`;
      return { body: { secret: body.text === 'open' ? null : body.text } };
    },
  }),
  route({
    method: 'post',
    path: '/samples/prepared',
    summary: 'Limited, prepared, and only then in a transaction',
    tag: 'Samples',
    permission: 'public',
    idempotent: true,
    body: note,
    limit: { name: 'sample-prepared', points: () => 2, windowSeconds: 60, key: (body) => body.text },
    response: { status: 200, schema: z.strictObject({ prepared: z.string() }) },
    prepare: async (ctx, { body }) => {
      if ('inTransaction' in ctx) throw new Error('prepared in a transaction');
      if (body.text === 'unfit') throw new AppError('rule_violated', 'Not fit.');
      return body.text.toUpperCase();
    },
    handle: async (_ctx, { prepared }) => ({ body: { prepared } }),
  }),
  route({
    method: 'get',
    path: '/samples/not-yours',
    summary: 'Refuses without saying so',
    tag: 'Samples',
    permission: 'public',
    response: { status: 200, schema: z.strictObject({}) },
    handle: async () => {
      throw notYours();
    },
  }),
  route({
    method: 'get',
    path: '/samples/unreadable',
    summary: 'Hands the database what it cannot read',
    tag: 'Samples',
    permission: 'public',
    query: z.strictObject({ time: z.string() }),
    response: { status: 200, schema: z.strictObject({}) },
    handle: async (ctx, { query }) => {
      await ctx.sql`select ${query.time}::timestamptz`;
      return { body: {} };
    },
  }),
  route({
    method: 'post',
    path: '/samples/limited',
    summary: 'Limited',
    tag: 'Samples',
    permission: 'public',
    body: note,
    limit: [
      { name: 'sample-address', points: () => 5, windowSeconds: 60 },
      { name: 'sample-text', points: () => 2, windowSeconds: 60, key: (body) => body.text },
    ],
    response: { status: 200, schema: z.strictObject({ ok: z.boolean() }) },
    handle: async () => ({ body: { ok: true } }),
  }),
  route({
    method: 'get',
    path: '/samples/whoami',
    summary: 'Who calls',
    tag: 'Samples',
    permission: 'public',
    response: { status: 200, schema: z.strictObject({ kind: z.string(), address: z.string().nullable() }) },
    handle: async (ctx) => ({ body: { kind: ctx.actor.kind, address: ctx.sourceAddress } }),
  }),
  route({
    method: 'get',
    path: '/samples/held',
    summary: 'Answers when a lock is free',
    tag: 'Samples',
    permission: 'public',
    response: { status: 200, schema: z.strictObject({ ok: z.boolean() }) },
    handle: async (ctx) => {
      await ctx.app.database.sql`select pg_advisory_lock_shared(4712), pg_advisory_unlock_shared(4712)`;
      return { body: { ok: true } };
    },
  }),
  stream({
    path: '/samples/stream',
    summary: 'Two events and silence',
    tag: 'Samples',
    permission: 'public',
    open: async (_ctx, { signal }) => twoEvents(signal),
  }),
  stream({
    path: '/samples/flood',
    summary: 'More than anyone reads',
    tag: 'Samples',
    permission: 'public',
    open: async () => flood(),
  }),
  download({
    path: '/samples.csv',
    summary: 'Pieces',
    tag: 'Samples',
    permission: 'public',
    contentType: 'text/csv; charset=utf-8',
    open: async () => ({ fileName: 'samples.csv', chunks: pieces() }),
  }),
];

async function* twoEvents(signal: AbortSignal) {
  yield { id: '1', event: 'sample', data: 'one\ntwo' };
  yield { id: '2', event: 'sample', data: '{}' };
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
}

async function* flood() {
  for (;;) yield { data: 'x'.repeat(10_000) };
}

async function* pieces() {
  yield 'a,b\n';
  yield '1,2\n';
}
