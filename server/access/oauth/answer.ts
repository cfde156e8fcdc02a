import type { Ctx } from '#server/context/context.ts';
import type { ErrorCode } from '#server/errors/errors.ts';
import { type Problem, problemContentType, problemOf } from '#server/errors/problem.ts';

export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied';

/** An expected refusal in OAuth's own words (RFC 6749, 5.2). A value, not thrown: what was written with it must stay. */
export interface OAuthRefusal {
  refused: OAuthErrorCode;
  description: string;
}

export const refuse = (refused: OAuthErrorCode, description: string): OAuthRefusal => ({ refused, description });

export const isRefusal = (value: object): value is OAuthRefusal => 'refused' in value;

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

type OAuthProblem = Problem & { error: OAuthErrorCode; error_description: string };

/** The refusal as a problem that also has OAuth's members, with the headers of its answer. */
export function problemReply(ctx: Ctx, refusal: OAuthRefusal) {
  const code: ErrorCode = refusal.refused === 'invalid_client' ? 'unauthenticated' : 'invalid_request';
  const problem = problemOf(code, refusal.description, ctx.correlationId);
  const body: OAuthProblem = { ...problem, error: refusal.refused, error_description: refusal.description };
  const headers: Record<string, string> = { 'content-type': problemContentType, 'cache-control': 'no-store' };
  if (code === 'unauthenticated') headers['www-authenticate'] = 'Basic realm="Guildhall"';
  return { status: problem.status, body, headers };
}
