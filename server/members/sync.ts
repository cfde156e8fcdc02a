import type { Ctx, TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner, recordSynced, recordSyncFailed } from '#server/integrations/commands.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { partnerMemberOf } from './partner-record.ts';
import { openContact } from './personal.ts';
import { findMember, type MemberRecord } from './record.ts';

export interface SyncJob {
  memberId: string;
  version: number;
}

type System = 'legacy' | 'crm';

/** Names us as the writer, for those who capture changes at the partner. */
const origin = 'guildhall';

interface Written {
  recordId: string;
  version: number;
}

/**
 * Brings a member's record to a partner: the state as it is now, at least as new as the job asks for. The partner refuses
 * anything older than what it has, so that doing it twice, late or out of turn is harmless.
 * Gives what is to be written together with the job's completion.
 */
export async function syncMember(ctx: Ctx, system: System, job: SyncJob): Promise<(tx: TxCtx) => Promise<void>> {
  const record = await findMember(ctx.sql, job.memberId);
  if (!record) throw new Error('the member of a sync job does not exist');
  const operation = record.status === 'erased' ? 'erase' : 'upsert';
  const call = await callPartner(ctx, { system, operation, memberId: record.id }, () =>
    withBreaker(system, () => (operation === 'erase' ? eraseAt(ctx, system, record) : writeTo(ctx, system, record))),
  ).catch((error: unknown) => sayFailed(ctx, system, record.id, error));
  return async (tx) => {
    await call.record(tx);
    await recordSynced(tx, { system, memberId: record.id, ...call.result });
  };
}

/** What no retry will mend is said as an event, so that it stands in the member's timeline. */
async function sayFailed(ctx: Ctx, system: System, memberId: string, error: unknown): Promise<never> {
  if (error instanceof PartnerError && error.errorClass === 'permanent') {
    await recordSyncFailed(ctx, { system, memberId, error });
  }
  throw error;
}

async function writeTo(ctx: Ctx, system: System, record: MemberRecord): Promise<Written> {
  const member = partnerMemberOf(record, await openContact(ctx.app, ctx.sql, record));
  const partners = partnersOf(ctx.app);
  const written =
    system === 'legacy'
      ? await partners.legacy().upsertMember(member, { origin })
      : await partners.crm().upsertContact(member).catch(untilAddressIsFree);
  return { recordId: written.recordId, version: Math.min(written.version, record.version) };
}

/**
 * The CRM takes an e-mail address once. Whoever got one that another member has given up can be written as soon as that
 * member's own job has arrived, in whichever order the two run: worth a few tries before it is a dead letter.
 */
function untilAddressIsFree(error: unknown): never {
  if (error instanceof PartnerError && error.reason.startsWith('HTTP 409')) {
    throw new PartnerError(error.partner, 'transient', error.reason, error.retryAfterMs);
  }
  throw error;
}

async function eraseAt(ctx: Ctx, system: System, record: MemberRecord): Promise<Written> {
  const partners = partnersOf(ctx.app);
  if (system === 'legacy') await partners.legacy().eraseMember(record.id, { origin });
  else await partners.crm().eraseContact(record.id);
  return { recordId: 'erased', version: record.version };
}
