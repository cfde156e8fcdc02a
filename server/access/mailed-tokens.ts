import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from '#db/client.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { type MailedTokenPurpose, mailedTokenMs } from './rules.ts';
import { newSecret, sha256 } from './secrets.ts';

/** Makes a token for a link in a mail. Only its hash is kept: the text exists in that mail alone. Called when the mail is made. */
export async function issueToken(
  tx: TxCtx,
  { userId, purpose }: { userId: string; purpose: MailedTokenPurpose },
): Promise<string> {
  const token = newSecret();
  const now = tx.now();
  await tx.sql`
    insert into mailed_tokens (id, user_id, purpose, token_hash, created_at, expires_at)
    values (${uuidv7()}, ${userId}, ${purpose}, ${sha256(token)}, ${now.toISOString()},
      ${new Date(now.getTime() + mailedTokenMs[purpose]).toISOString()})`;
  return token;
}

/**
 * Uses a token up. Of two at once one wins: the other finds it used.
 * @throws AppError `rule_violated` for a token that is unknown, used or expired, in words for the person who followed the link
 */
export async function consumeToken(tx: TxCtx, purpose: MailedTokenPurpose, token: string): Promise<{ userId: string }> {
  const now = tx.now().toISOString();
  const [used] = await tx.sql<{ user_id: string }[]>`
    update mailed_tokens set used_at = ${now}
    where token_hash = ${sha256(token)} and purpose = ${purpose} and used_at is null and expires_at > ${now}
    returning user_id`;
  if (used) return { userId: used.user_id };
  throw await refusalOf(tx.sql, purpose, token);
}

/** Whose token it is, without using it up. @throws as `consumeToken` */
export async function peekToken(
  ctx: Ctx,
  purpose: MailedTokenPurpose,
  token: string,
): Promise<{ userId: string; memberId: string | null; email: string }> {
  const now = ctx.now().toISOString();
  const [found] = await ctx.sql<{ userId: string; memberId: string | null; email: string }[]>`
    select t.user_id as "userId", u.member_id as "memberId", u.email from mailed_tokens t join users u on u.id = t.user_id
    where t.token_hash = ${sha256(token)} and t.purpose = ${purpose} and t.used_at is null and t.expires_at > ${now}
      and u.disabled_at is null`;
  if (found) return found;
  throw await refusalOf(ctx.sql, purpose, token);
}

/** What was mailed to a person before must not work any more. */
export async function withdrawTokens(
  tx: TxCtx,
  userId: string,
  purposes: readonly MailedTokenPurpose[],
): Promise<void> {
  await tx.sql`
    update mailed_tokens set used_at = ${tx.now().toISOString()}
    where user_id = ${userId} and used_at is null and purpose = any(${[...purposes]}::text[])`;
}

async function refusalOf(sql: Queryable, purpose: MailedTokenPurpose, token: string) {
  const [row] = await sql<{ used: boolean }[]>`
    select used_at is not null as used from mailed_tokens
    where token_hash = ${sha256(token)} and purpose = ${purpose}`;
  if (!row) return ruleViolated('This link is not one of ours, or not complete. Copy the whole link from the mail.');
  return ruleViolated(row.used ? 'This link was used already.' : 'This link has expired. Ask for a new one.');
}
