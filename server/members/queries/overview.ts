import { type Ctx, isOwn } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import type { PartnerMember } from '#server/integrations/partner-member.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { syncStatesOf } from '#server/integrations/queries.ts';
import { gatewayCustomerOf } from '#server/payments/queries/gateway.ts';
import { partnerMemberOf } from '../partner-record.ts';
import { maskContact, openContact } from '../personal.ts';
import { findMember } from '../record.ts';
import type { OverviewView, SourceState } from '../shapes.ts';
import { auditRead, readableMember } from './member.ts';

type Copy = Omit<PartnerMember, 'joinedAt'> & { joinedAt?: string; updatedAt?: string };

/** How long the page waits for a source before it shows it as unavailable. */
const sourceMs = 2_000;

const notConnected: SourceState = { status: 'unavailable', reason: 'not_connected', asOf: null, data: null };

/** Fields that every copy holds and that must agree. */
const compared = ['givenName', 'familyName', 'email', 'phone', 'dateOfBirth', 'address', 'status', 'planCode'] as const;

/** What each source system says, asked in parallel. One source down never takes the answer down. */
export async function memberOverview(ctx: Ctx, id: string): Promise<OverviewView> {
  await readableMember(ctx, id);
  const masked = !isOwn(ctx, id);
  const partners = partnersOf(ctx.app);
  const [record, legacy, crm, payments, states] = await Promise.all([
    findMember(ctx.sql, id),
    ask(() => partners.legacy().readMember(id)),
    ask(() => partners.crm().readContact(id)),
    partners.gateway().connected ? ask(() => gatewayCustomerOf(ctx, id)) : null,
    syncStatesOf(ctx, id),
    masked ? auditRead(ctx, id, 'overview') : null,
  ]);
  if (!record) throw new Error('a member that was readable is gone');
  const contact = await openContact(ctx.app, ctx.sql, record);
  const ours = partnerMemberOf(record, contact);
  const behind = new Set(states.filter((s) => s.acknowledgedVersion < record.version).map((s) => s.system));
  const copies = { legacy: legacy.copy, crm: crm.copy };
  return {
    guildhall: shown(ours, masked),
    sources: {
      legacy: stateOf(legacy, (copy) => shown(copy, masked)),
      crm: stateOf(crm, (copy) => shown(copy, masked)),
      payments: payments ? stateOf(payments, (customer) => ({ ...customer })) : notConnected,
      certifications: notConnected,
    },
    divergences: divergencesOf(ours, copies, behind, masked),
  };
}

interface Answer<T> {
  copy: T | null;
  asOf: string;
  failure: 'timeout' | 'error' | 'credentials' | null;
}

async function ask<T>(read: () => Promise<T | null>): Promise<Answer<T>> {
  const asOf = () => new Date().toISOString();
  try {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), sourceMs);
    const reading = read();
    // When the time is up nobody waits for the answer any more; its failure is not a surprise.
    reading.catch(() => {});
    const copy = await Promise.race([reading, late.promise]).finally(() => clearTimeout(timer));
    if (copy === 'late') return { copy: null, asOf: asOf(), failure: 'timeout' };
    return { copy, asOf: asOf(), failure: null };
  } catch (error) {
    const refused = error instanceof PartnerError && error.errorClass === 'credentials';
    return { copy: null, asOf: asOf(), failure: refused ? 'credentials' : 'error' };
  }
}

function stateOf<T>(answer: Answer<T>, show: (copy: T) => Record<string, unknown>): SourceState {
  return {
    status: answer.failure ? 'unavailable' : 'ok',
    reason: answer.failure,
    asOf: answer.asOf,
    data: answer.copy && show(answer.copy),
  };
}

function divergencesOf(
  ours: Copy,
  copies: Record<'legacy' | 'crm', Copy | null>,
  behind: Set<string>,
  masked: boolean,
): OverviewView['divergences'] {
  const present = Object.entries(copies).filter((entry): entry is [string, Copy] => entry[1] !== null);
  return compared.flatMap((field) => {
    const differing = present.filter(([, copy]) => comparable(copy[field]) !== comparable(ours[field]));
    if (differing.length === 0) return [];
    const values: Record<string, string | null> = { guildhall: display(ours, field, masked) };
    for (const [system, copy] of present) values[system] = display(copy, field, masked);
    // A source that has not been told yet is behind, not wrong.
    return [{ field, values, settling: differing.every(([system]) => behind.has(system)) }];
  });
}

const comparable = (value: unknown) => (value && typeof value === 'object' ? addressText(value) : (value ?? ''));

const addressText = (value: object) =>
  ['line1', 'line2', 'city', 'postalCode', 'region', 'country']
    .map((part) => (part in value ? String((value as Record<string, unknown>)[part] ?? '') : ''))
    .filter(Boolean)
    .join(', ');

function display(copy: Copy, field: (typeof compared)[number], masked: boolean): string | null {
  const value = shown(copy, masked)[field];
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? addressText(value) : String(value);
}

/** A copy as the caller may see it. */
const shown = (copy: Copy, masked: boolean): Record<string, unknown> =>
  masked ? { ...copy, ...maskContact(copy) } : { ...copy };
