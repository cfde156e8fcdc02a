import type { Metadata, Route } from 'next';
import { redirect } from 'next/navigation';
import { consentQuestion } from '#server/access/oauth/authorize.ts';
import { whoAmI } from '#server/access/queries/me.ts';
import { authorizeQuery } from '#server/access/shapes.ts';
import { currentApp } from '#server/context/app.ts';
import { type Ctx, createContext } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { Authorize, UnknownApp } from '../../../components/portal/authorize.tsx';
import { requirePerson } from '../../session.ts';

export const metadata: Metadata = { title: 'Let an app in' };

/** Where the authorization endpoint sends people who have to be asked. */
export default async function AuthorizePage({ searchParams }: PageProps<'/authorize'>) {
  const given = authorizeQuery.safeParse(await searchParams);
  if (!given.success) return <UnknownApp />;
  const request = given.data;
  const asked = Object.entries(request).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const person = await requirePerson(`/authorize?${new URLSearchParams(asked)}`);
  const ctx = createContext(currentApp(), { actor: person, source: 'portal' });
  const question = await questionOrNull(ctx, request);
  if (!question) return <UnknownApp />;
  // Back to the app, at an address that it registered with us: no route of ours.
  if ('redirectTo' in question) redirect(question.redirectTo as Route);
  const { name, email } = await whoAmI(ctx);
  const { clientName, redirectUri } = question;
  return (
    <Authorize
      clientName={clientName}
      redirectUri={redirectUri}
      request={request}
      person={{ name, email: email ?? '' }}
    />
  );
}

async function questionOrNull(ctx: Ctx, request: Parameters<typeof consentQuestion>[1]) {
  try {
    return await consentQuestion(ctx, request);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') return null;
    throw error;
  }
}
