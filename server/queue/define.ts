import { z } from 'zod';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import type { Failure } from './failure.ts';

/** A job as its handler sees it. */
export interface Job<Payload = JsonObject> {
  id: string;
  queue: string;
  key: string | null;
  payload: Payload;
  /** 1 for the first try. */
  attempt: number;
  /** The event that caused it, if one did. */
  eventId: string | null;
  position: number | null;
  /** Aborted when the job's time is up, another worker has it, or this one stops. */
  signal: AbortSignal;
}

interface Contract<Payload extends z.ZodObject> {
  name: string;
  payload: Payload;
  /** `strict`: the jobs of one key run one after the other, in order, and wait behind one that fails. */
  order: 'strict' | 'free';
  /** Jobs at a time, in each worker process. */
  concurrency: number;
  /** Seconds that one attempt may take. */
  expireSeconds: number;
  /** The job has become a dead letter: in the transaction that writes it, for whoever waits for the job. */
  onDeadLetter?(tx: TxCtx, payload: z.output<Payload>, failure: Failure): Promise<void>;
}

/** Touches our own database only: effect and completion are one transaction. */
export interface DatabaseQueue<Payload extends z.ZodObject = z.ZodObject> extends Contract<Payload> {
  kind: 'database';
  handle(tx: TxCtx, job: Job<z.output<Payload>>): Promise<void>;
}

/** Writes the outcome of a call, in the transaction that completes the job. */
export type Recording = (tx: TxCtx) => Promise<void>;

/**
 * Calls a partner first, outside of any transaction; what it learnt is recorded together with the job's completion. The
 * call may be made twice (a worker can die in between), so it must be one that can be: state and version, not a delta.
 */
export interface PartnerQueue<Payload extends z.ZodObject = z.ZodObject> extends Contract<Payload> {
  kind: 'partner';
  /** The flow that is paused when our credentials are refused: `crm`, `mail`, … */
  flow: string;
  handle(ctx: Ctx, job: Job<z.output<Payload>>): Promise<Recording>;
  /** A harmless call with our credentials, made now and then while the flow is paused; throws while they are refused. */
  test(ctx: Ctx): Promise<void>;
}

export type Queue = DatabaseQueue | PartnerQueue;

const payloads = new Map<string, z.ZodObject>();

/**
 * The payload schema of a queue, or null for a queue that this process has not loaded. Whoever enqueues by hand checks
 * against it; the worker does always.
 */
export const findPayloadSchema = (queue: string): z.ZodObject | null => payloads.get(queue) ?? null;

// The handler is called with exactly what its own schema gave, so forgetting the payload's type here is safe.
export function databaseQueue<Payload extends z.ZodObject>(queue: Omit<DatabaseQueue<Payload>, 'kind'>): DatabaseQueue {
  payloads.set(queue.name, queue.payload);
  return { ...queue, kind: 'database' } as DatabaseQueue<Payload> & DatabaseQueue;
}

export function partnerQueue<Payload extends z.ZodObject>(queue: Omit<PartnerQueue<Payload>, 'kind'>): PartnerQueue {
  payloads.set(queue.name, queue.payload);
  return { ...queue, kind: 'partner' } as PartnerQueue<Payload> & PartnerQueue;
}

/** For queues whose jobs carry nothing. */
export const noPayload = z.strictObject({});
