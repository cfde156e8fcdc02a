import type { SagaError, SagaStatus } from '#db/schema/sagas.ts';
import { recordListLook, recordLook } from '#server/audit/commands.ts';
import { type Ctx, can, isOwn, requirePermission } from '#server/context/context.ts';
import { isSealed, openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { fullName, memberLabelsOf } from '#server/members/queries/status.ts';
import { findSagaDefinition, type PartnerWord } from './define.ts';
import { allowedActions, type SagaAction } from './rules.ts';
import { subjectNumbers } from './subjects.ts';
import { findSaga, findSagaOf, type SagaRow, type StepRow, stepAt } from './table.ts';
import { restingView } from './view.ts';
import { inPlainWords } from './words.ts';

/** A step as members and staff see it. */
export interface StepView {
  name: string;
  status: StepRow['status'];
  attempts: number;
  startedAt: string | null;
  finishedAt: string | null;
  error?: SagaError;
}

export interface SagaSummary {
  id: string;
  type: string;
  subjectId: string;
  /** What people call it: `O-000093`. */
  subjectNumber: string | null;
  memberId: string | null;
  memberNumber: string | null;
  memberName: string | null;
  status: SagaStatus;
  step: string;
  error: SagaError | null;
  wakeAt: string | null;
  correlationId: string;
  startedAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export interface SagaView extends SagaSummary {
  steps: Array<StepView & { idempotencyKey: string; skippable: boolean }>;
  log: Array<{ at: string; step: string | null; what: string; detail: string | null; actor: string | null }>;
  actions: SagaAction[];
}

const stepViewOf = ({ name, status, attempts, startedAt, finishedAt, error }: StepRow): StepView => ({
  name,
  status,
  attempts,
  startedAt,
  finishedAt,
  ...(error ? { error } : {}),
});

/**
 * The steps of whatever a saga is about; none while there is no saga. The caller has checked whose it is. What went wrong is
 * said in plain words unless the caller runs the house.
 */
export async function stepsOf(
  ctx: Ctx,
  type: string,
  subjectId: string,
): Promise<{ id: string | null; steps: StepView[] }> {
  const saga = await findSagaOf(ctx.sql, type, subjectId);
  const steps = saga?.steps.map(stepViewOf) ?? [];
  return { id: saga?.id ?? null, steps: can(ctx, 'sagas:read') ? steps : steps.map(withPlainWords) };
}

const withPlainWords = (step: StepView): StepView => (step.error ? { ...step, error: inPlainWords(step.error) } : step);

/** That it was read is audited. @throws AppError `not_found` */
export async function getSaga(ctx: Ctx, id: string): Promise<SagaView> {
  requirePermission(ctx, 'sagas:read');
  const saga = await findSaga(ctx.sql, id);
  if (!saga) throw notFound();
  const own = saga.memberId !== null && isOwn(ctx, saga.memberId);
  if (saga.memberId !== null && !own) {
    await recordLook(ctx, { resourceType: 'saga', resourceId: id, part: 'saga', subjectId: saga.memberId });
  }
  const log = await ctx.sql<SagaView['log']>`
    select at, step, what, detail, actor from saga_log where saga_id = ${id} order by line`;
  const definition = findSagaDefinition(saga.type);
  const isWritten = log.some(({ detail }) => isSealed(detail));
  const key = isWritten && saga.memberId ? await ctx.app.dataKeys.find(ctx.sql, saga.memberId) : null;
  const [summary] = await labelled(ctx, [summaryOf(saga)]);
  if (!summary) throw notFound();
  return {
    ...summary,
    steps: saga.steps.map((step, position) => ({
      ...stepViewOf(step),
      idempotencyKey: step.idempotencyKey,
      skippable: definition?.steps[position]?.skippable === true,
    })),
    log: log.map((line) => ({ ...line, at: rfc3339(line.at), detail: wordsOf(key, line.detail) })),
    // Whoever does not know it leaves it alone.
    actions: own || !definition ? [] : allowedActions(saga),
  };
}

/** What a person has written is sealed for whom the saga is about. */
const wordsOf = (key: SubjectKey | null, detail: string | null) =>
  isSealed(detail) ? (openOrNull(key, 'reason', detail) ?? 'Erased') : detail;

/** What the partners say about it now. @throws AppError `not_found` */
export async function inspectSaga(ctx: Ctx, id: string): Promise<PartnerWord[]> {
  requirePermission(ctx, 'sagas:read');
  const saga = await findSaga(ctx.sql, id);
  if (!saga) throw notFound();
  return [...((await findSagaDefinition(saga.type)?.inspect?.(ctx, restingView(saga))) ?? [])];
}

export interface SagaFilter {
  status?: SagaStatus | undefined;
  type?: string | undefined;
  memberId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first. That they were read is audited. */
export async function listSagas(
  ctx: Ctx,
  filter: SagaFilter,
): Promise<{ data: SagaSummary[]; nextCursor: string | null }> {
  requirePermission(ctx, 'sagas:read');
  await recordListLook(ctx, { resourceType: 'saga', part: 'sagas', memberId: filter.memberId });
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Unlabelled[]>`
    select s.id, s.type, s.subject_id as "subjectId", s.member_id as "memberId", s.status,
      (select t.name from saga_steps t where t.saga_id = s.id and t.position = s.step) as step, s.error,
      s.wake_at as "wakeAt", s.correlation_id as "correlationId",
      s.started_at as "startedAt", s.updated_at as "updatedAt",
      s.finished_at as "finishedAt"
    from sagas s
    where true
      ${filter.status ? sql`and s.status = ${filter.status}` : sql``}
      ${filter.type ? sql`and s.type = ${filter.type}` : sql``}
      ${filter.memberId ? sql`and s.member_id = ${filter.memberId}` : sql``}
      ${at && id ? sql`and (s.started_at, s.id) < (${at}, ${id})` : sql``}
    order by s.started_at desc, s.id desc limit ${filter.limit + 1}`;
  const data = rows.slice(0, filter.limit).map((row) => ({
    ...row,
    wakeAt: row.wakeAt && rfc3339(row.wakeAt),
    startedAt: rfc3339(row.startedAt),
    updatedAt: rfc3339(row.updatedAt),
    finishedAt: row.finishedAt && rfc3339(row.finishedAt),
  }));
  const last = data.at(-1);
  return {
    data: await labelled(ctx, data),
    nextCursor: rows.length > filter.limit && last ? encodeCursor([last.startedAt, last.id]) : null,
  };
}

type Unlabelled = Omit<SagaSummary, 'subjectNumber' | 'memberNumber' | 'memberName'>;

function summaryOf(saga: SagaRow): Unlabelled {
  const { steps: _steps, turn: _turn, data: _data, step, ...rest } = saga;
  return { ...rest, step: stepAt(saga, step).name };
}

/** With what people call the subjects, and whose they are. */
async function labelled(ctx: Ctx, sagas: readonly Unlabelled[]): Promise<SagaSummary[]> {
  const memberIds = sagas.map(({ memberId }) => memberId).filter((id) => id !== null);
  const [numbers, members] = await Promise.all([subjectNumbers(ctx.sql, sagas), memberLabelsOf(ctx, memberIds)]);
  return sagas.map((saga) => {
    const member = members.get(saga.memberId ?? '');
    return {
      ...saga,
      subjectNumber: numbers.get(saga.subjectId) ?? null,
      memberNumber: member?.number ?? null,
      memberName: fullName(member?.name),
    };
  });
}
