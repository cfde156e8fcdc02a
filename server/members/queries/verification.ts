import { needsClaim } from '#server/access/commands/claims.ts';
import { isAddressWithdrawn } from '#server/access/commands/users.ts';
import { peekToken } from '#server/access/mailed-tokens.ts';
import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { findMember, waitingEmail } from '../record.ts';

export interface VerificationQuestion {
  /** The address that the link was sent to, in the clear: whoever holds the link reads its mail. */
  email: string;
  /** What it takes beside the link: the password that was chosen when joining (or a new one), or signing in first. */
  needs: 'nothing' | 'password' | 'sign-in';
}

/** What the page behind a verification link asks. Uses nothing up. null for a link that does not work (any more). */
export async function verificationQuestion(ctx: Ctx, token: string): Promise<VerificationQuestion | null> {
  const found = await peekOrNull(ctx, token);
  const member = found?.memberId ? await findMember(ctx.sql, found.memberId) : null;
  if (!found || !member) return null;
  const email = waitingEmail(member);
  if (await needsClaim(ctx, found.userId)) return { email, needs: 'password' };
  return { email, needs: (await isAddressWithdrawn(ctx, found.userId, email)) ? 'sign-in' : 'nothing' };
}

async function peekOrNull(ctx: Ctx, token: string) {
  try {
    return await peekToken(ctx, 'verify-email', token);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
