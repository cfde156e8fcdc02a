import { anonymousSubject, forgetAnonymousAddresses } from '#server/audit/address.ts';
import type { Ctx } from '#server/context/context.ts';
import { dayMs } from '../rules.ts';

/** Days for which sessions that are over, and addresses of people who were not signed in, are kept. */
const keptDays = 90;
/** A schedule that was missed for some days catches up. */
const catchUpDays = 7;
/** Rows per run: short locks, however much has gathered. The rest goes tomorrow. */
const batch = 20_000;

/**
 * Removes sessions (and with them their codes and refresh tokens) that have been over for 90 days, and destroys the shared
 * address keys that are as old. For a daily schedule; running it twice does nothing more. Gives how many sessions went.
 */
export async function forgetOldAccess(ctx: Ctx): Promise<{ sessions: number }> {
  const before = (days: number) => new Date(ctx.now().getTime() - days * dayMs);
  const { count } = await ctx.sql`
    delete from sessions where id in (
      select id from sessions where least(ended_at, expires_at) < ${before(keptDays).toISOString()} limit ${batch})`;
  for (let days = keptDays; days < keptDays + catchUpDays; days += 1) {
    const day = before(days);
    const gone = await ctx.app.dataKeys.isDestroyed(ctx.sql, anonymousSubject(day));
    if (!gone) await forgetAnonymousAddresses(ctx, day);
  }
  return { sessions: count };
}

/** Codes and refresh tokens that have run out for a day. */
export async function forgetOldGrants({ sql }: Ctx): Promise<void> {
  await sql`delete from oauth_codes where expires_at < now() - interval '1 day'`;
  await sql`delete from oauth_refresh_tokens where expires_at < now() - interval '1 day'`;
}
