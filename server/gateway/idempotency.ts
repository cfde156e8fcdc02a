import type { Queryable } from '#db/client.ts';
import { obtainUnlessDestroyed } from '#server/audit/address.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { isSealed, open, type SubjectKey, seal } from '#server/crypto/seals.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';
import { AppError, statusOf } from '#server/errors/errors.ts';
import { type Answer, expectedError, problemAnswer } from './answer.ts';

/** How long the second of two equal requests waits for the first. */
const waitMs = 3_000;
/** A first attempt whose process vanished silently in the middle gives its key back after this long; a crash does at once. */
const abandonedAfterMs = 30_000;

interface Claim {
  scope: string;
  route: string;
  key: string;
  bodyHmac: string;
}

/** What the work gives: its answer, whether that may be stored, and whom it is about, if not the one who asked. */
export interface Given {
  answer: Answer;
  keeps: boolean;
  about: string | null;
}

/**
 * Runs `work` once for a key, after `prepare`, which runs before the transaction and may run for nothing. The key's row, what the work writes and the answer are one transaction: after a crash anywhere
 * either all of it is there or nothing is, and the key is free. The row's lock is what makes a second request wait.
 * Refusals (4xx) are stored afterwards, their transaction being rolled back; 429, 5xx and lost races are not: they may be
 * tried again.
 * @throws what the work throws; AppError `invalid_request` for a bad key, `rule_violated` for a key used with another body, `conflict` when the
 * first attempt still runs.
 */
export async function once<Prepared>(
  ctx: Ctx,
  request: { route: string; key: string; bodyText: string },
  prepare: () => Promise<Prepared>,
  work: (tx: TxCtx, prepared: Prepared) => Promise<Given>,
): Promise<Answer> {
  if (!/^[\x20-\x7e]{1,255}$/.test(request.key)) {
    throw new AppError('invalid_request', 'Idempotency-Key must have 1 to 255 printable characters.');
  }
  const claim = claimOf(ctx, request);
  return afterThoseBefore(ctx.app, `${claim.scope} ${claim.route} ${claim.key}`, () =>
    attempt(ctx, claim, prepare, work),
  );
}

/** Removes keys that ran out. @returns how many. For a schedule. */
export async function sweepIdempotencyKeys(sql: Queryable): Promise<number> {
  const removed = await sql`delete from idempotency_keys where expires_at < now()`;
  return removed.count;
}

function claimOf(ctx: Ctx, request: { route: string; key: string; bodyText: string }): Claim {
  const { keyRing } = ctx.app;
  return {
    scope: scopeOf(ctx),
    route: request.route,
    // A key is the caller's text and could be anything, also something personal.
    key: keyRing.blindIndex('idempotency-key', request.key),
    bodyHmac: keyRing.blindIndex(`idempotency-body:${request.route}`, request.bodyText),
  };
}

function scopeOf(ctx: Ctx): string {
  switch (ctx.actor.kind) {
    case 'user':
      return `user:${ctx.actor.userId}`;
    case 'client':
      return `client:${ctx.actor.clientId}`;
    case 'system':
      return `system:${ctx.actor.name}`;
    case 'anonymous':
      return `anonymous:${ctx.app.keyRing.blindIndex('idempotency-address', ctx.sourceAddress ?? '')}`;
  }
}

// Equal requests in this process queue here, where waiting costs no database connection.
const runningOf = new WeakMap<App, Map<string, Promise<unknown>>>();

async function afterThoseBefore(app: App, name: string, attemptNow: () => Promise<Answer>): Promise<Answer> {
  const running = runningOf.get(app) ?? new Map<string, Promise<unknown>>();
  runningOf.set(app, running);
  const deadline = Date.now() + waitMs;
  for (let before = running.get(name); before; before = running.get(name)) {
    if (!(await settledBy(before, deadline))) throw stillRunning();
  }
  const attempted = attemptNow();
  running.set(name, attempted);
  try {
    return await attempted;
  } finally {
    running.delete(name);
  }
}

function settledBy(promise: Promise<unknown>, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.max(0, deadline - Date.now()));
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(done, done);
  });
}

async function attempt<Prepared>(
  ctx: Ctx,
  claim: Claim,
  prepare: () => Promise<Prepared>,
  work: (tx: TxCtx, prepared: Prepared) => Promise<Given>,
): Promise<Answer> {
  const known = await replay(ctx, claim);
  if (known) return known;
  // Set while the request itself is at work: what fails before it (waiting for the key) says nothing about the request.
  const state = { ofRequest: true };
  try {
    const prepared = await prepare();
    state.ofRequest = false;
    return await inTransaction(ctx, async (tx) => {
      if (!(await reserve(tx.sql, claim))) return required(await replay(tx, claim));
      state.ofRequest = true;
      const { answer, keeps, about } = await work(tx, prepared);
      state.ofRequest = false;
      await store(tx, claim, keeps ? answer : problemAnswer(notKept(), ctx.correlationId), about);
      return answer;
    });
  } catch (error) {
    if (!state.ofRequest) throw databaseErrorOf(error)?.code === '55P03' ? stillRunning() : error;
    await keepRefusal(ctx, claim, error);
    throw error;
  }
}

/** Only what will be said again tomorrow. */
async function keepRefusal(ctx: Ctx, claim: Claim, error: unknown): Promise<void> {
  const refusal = expectedError(error);
  if (!refusal || refusal.transient || statusOf[refusal.code] >= 500 || refusal.code === 'too_many_requests') return;
  await storeRefusal(ctx, claim, problemAnswer(refusal, ctx.correlationId));
}

/**
 * False when the key is taken. Waits while another transaction holds it, at most `waitMs`; the bound is for this statement
 * and not for the work's own.
 */
async function reserve(sql: Queryable, claim: Claim): Promise<boolean> {
  const rows = await sql`
    with bounds as materialized (
      select current_setting('lock_timeout') as before, set_config('lock_timeout', ${String(waitMs)}, true),
        set_config('idle_in_transaction_session_timeout', ${String(abandonedAfterMs)}, true)
    )
    insert into idempotency_keys as k (scope, route, key, body_hmac, expires_at)
    select ${claim.scope}, ${claim.route}, ${claim.key}, ${claim.bodyHmac}, now() + interval '24 hours' from bounds
    on conflict (scope, route, key) do update set body_hmac = excluded.body_hmac, status = null, headers = null,
      answer_sealed = null, subject_id = null, created_at = now(), expires_at = excluded.expires_at
    where k.expires_at < now()
    returning set_config('lock_timeout', (select before from bounds), true)`;
  return rows.length > 0;
}

async function store(ctx: Ctx, claim: Claim, answer: Answer, about: string | null): Promise<void> {
  const kept = await sealedBody(ctx, claim, answer, about);
  await ctx.sql`
    update idempotency_keys
    set status = ${answer.status}, headers = ${JSON.stringify(answer.headers)}::text::jsonb,
      answer_sealed = ${kept.sealed}, subject_id = ${kept.subjectId}
    where scope = ${claim.scope} and route = ${claim.route} and key = ${claim.key}`;
}

async function storeRefusal(ctx: Ctx, claim: Claim, answer: Answer): Promise<void> {
  const kept = await sealedBody(ctx, claim, answer, null);
  await ctx.sql`
    insert into idempotency_keys
      (scope, route, key, body_hmac, status, headers, answer_sealed, subject_id, expires_at)
    values (${claim.scope}, ${claim.route}, ${claim.key}, ${claim.bodyHmac}, ${answer.status},
      ${JSON.stringify(answer.headers)}::text::jsonb, ${kept.sealed}, ${kept.subjectId}, now() + interval '24 hours')
    on conflict (scope, route, key) do nothing`;
}

interface KeptRow {
  body_hmac: string;
  status: number;
  headers: unknown;
  answer_sealed: string | null;
  subject_id: string | null;
}

/** The stored answer; null when there is none. */
async function replay(ctx: Ctx, claim: Claim): Promise<Answer | null> {
  const [row] = await ctx.sql<KeptRow[]>`
    select body_hmac, status, headers, answer_sealed, subject_id from idempotency_keys
    where scope = ${claim.scope} and route = ${claim.route} and key = ${claim.key} and expires_at >= now()`;
  if (!row) return null;
  if (row.body_hmac !== claim.bodyHmac) {
    throw new AppError('rule_violated', 'This Idempotency-Key was used with another body.');
  }
  if (row.subject_id !== null && row.answer_sealed === null) throw erasedSince();
  const headers = (typeof row.headers === 'string' ? JSON.parse(row.headers) : row.headers) as Record<string, string>;
  return {
    status: row.status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
    body: row.answer_sealed === null ? null : await openedBody(ctx, claim, row.answer_sealed, row.subject_id),
  };
}

const sealContext = (claim: Pick<Claim, 'scope' | 'route' | 'key'>) =>
  `idempotency:${claim.scope}:${claim.route}:${claim.key}`;

/** The field's name, for sealing. */
const answerField = 'answer';

interface Kept {
  sealed: string | null;
  subjectId: string | null;
}

/**
 * Sealed for the person whom the answer is about, or who asked: erasing them takes it along. Under the ring where there is
 * no such person. An answer about somebody who was erased meanwhile is not kept.
 */
async function sealedBody(ctx: Ctx, claim: Claim, answer: Answer, about: string | null): Promise<Kept> {
  if (typeof answer.body !== 'string') return { sealed: null, subjectId: null };
  const subjectId = about ?? callerSubject(ctx);
  if (subjectId === null) {
    return { sealed: ctx.app.keyRing.sealForSystem(answer.body, sealContext(claim)), subjectId: null };
  }
  const key = await obtainUnlessDestroyed(ctx.app, ctx.sql, subjectId);
  return { sealed: key && seal(key, answerField, answer.body), subjectId };
}

const callerSubject = ({ actor }: Ctx) => (actor.kind === 'user' ? (actor.memberId ?? actor.userId) : null);

/** @throws AppError `conflict` for an answer about somebody who was erased since */
async function openedBody(ctx: Ctx, claim: Claim, sealed: string, subjectId: string | null): Promise<string> {
  if (!isSealed(sealed) || subjectId === null) return ctx.app.keyRing.openForSystem(sealed, sealContext(claim));
  const key: SubjectKey | null = await ctx.app.dataKeys.find(ctx.sql, subjectId);
  if (!key) throw erasedSince();
  return open(key, answerField, sealed);
}

/**
 * The answers that are kept under the ring and hold one of the values: for the proof that somebody was erased. Opens all
 * that were kept in the last day. Values in lower case.
 */
export async function countAnswersWith(ctx: Ctx, values: readonly string[]): Promise<number> {
  if (values.length === 0) return 0;
  let found = 0;
  const rows = ctx.sql<Array<Pick<Claim, 'scope' | 'route' | 'key'> & { sealed: string }>>`
    select scope, route, key, answer_sealed as sealed from idempotency_keys
    where answer_sealed is not null and subject_id is null`;
  for await (const batch of rows.cursor(500)) {
    for (const row of batch) {
      const text = ctx.app.keyRing.openForSystem(row.sealed, sealContext(row)).toLowerCase();
      if (values.some((value) => text.includes(value))) found += 1;
    }
  }
  return found;
}

function required(answer: Answer | null): Answer {
  if (answer) return answer;
  throw stillRunning();
}

const notKept = () =>
  new AppError(
    'conflict',
    'This was done when the Idempotency-Key came first. The answer held a secret, which is shown once and not kept.',
  );

const erasedSince = () =>
  new AppError(
    'conflict',
    'This was done when the Idempotency-Key came first. The person it was about was erased since.',
  );

const stillRunning = () =>
  new AppError('conflict', 'The first request with this Idempotency-Key is still being worked on.', {
    retryAfterSeconds: 2,
  });
