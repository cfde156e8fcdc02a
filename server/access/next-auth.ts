import type { AuthOptions } from 'next-auth';
import nextAuthModule from 'next-auth';
import credentialsModule from 'next-auth/providers/credentials';
import type { Ctx } from '#server/context/context.ts';
import { endSignedOut } from './commands/sessions.ts';
import { signIn } from './commands/sign-in.ts';
import { liveOf } from './live.ts';
import { sessionMs } from './rules.ts';
import { isSecure } from './session-cookie.ts';

/** A CommonJS module's default: Node hands the whole module over, a bundler the default itself. */
function defaultOf<T>(imported: T): T {
  return typeof imported === 'object' && imported !== null && 'default' in imported
    ? (imported.default as T)
    : imported;
}

export const NextAuth = defaultOf(nextAuthModule);
const Credentials = defaultOf(credentialsModule);

/** What happened inside next-auth that it would swallow, or put into a URL. */
export interface AuthOutcome {
  error: unknown;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/**
 * next-auth with e-mail and password. The cookie carries our session's id and nothing else; the session's row is the
 * truth. Made anew for each request, so that what goes wrong in a callback can be told: next-auth itself would answer a
 * database outage by signing the browser out, or by putting the error's message into a redirect.
 */
export function authOptions(ctx: Ctx, outcome: AuthOutcome): AuthOptions {
  const { app } = ctx;
  let signedIn: string | null = null;

  const watched = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      outcome.error = error;
      throw error;
    }
  };

  return {
    secret: app.settings.AUTH_SECRET,
    useSecureCookies: isSecure(app.settings),
    session: { strategy: 'jwt', maxAge: sessionMs / 1000 },
    pages: { signIn: '/signin', signOut: '/', error: '/signin', verifyRequest: '/signin' },
    providers: [
      Credentials({
        name: 'E-mail and password',
        credentials: { email: {}, password: {} },
        authorize: (credentials) =>
          watched(async () => {
            const result = await signIn(ctx, {
              email: text(credentials?.email),
              password: text(credentials?.password),
            });
            signedIn = result?.sessionId ?? null;
            return result && { id: result.userId };
          }),
      }),
    ],
    callbacks: {
      redirect: ({ url }) => ownUrl(app.settings.GUILDHALL_URL, url),
      jwt: ({ token }) =>
        watched(async () => {
          if (signedIn !== null) return { sessionId: signedIn };
          const session = await liveOf(app).session(text(token.sessionId));
          if (!session) throw new SessionOver();
          return { sessionId: session.id };
        }),
      session: async ({ session, token }) => {
        const live = await liveOf(app).session(text(token.sessionId));
        const user = live && { id: live.userId, memberId: live.memberId, roles: live.roles };
        return { ...session, user: { ...session.user, ...user } };
      },
    },
    events: {
      signOut: ({ token }) => watched(() => endSignedOut(ctx, text(token.sessionId))),
    },
    logger: {
      error: (code) => ctx.log.debug({ code }, 'next-auth refused'),
      warn: (code) => ctx.log.debug({ code }, 'next-auth warned'),
      debug: () => {},
    },
  };
}

/** Thrown inside next-auth, which then clears the cookie. */
export class SessionOver extends Error {}

/** Back to our own pages only: a link must not use the sign-in page to send people elsewhere. */
export function ownUrl(base: string, wanted: string): string {
  try {
    const url = new URL(wanted, base);
    return url.origin === new URL(base).origin ? url.toString() : base;
  } catch {
    return base;
  }
}
