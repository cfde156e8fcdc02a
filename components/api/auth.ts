import { send } from './client.ts';
import { ApiError, errorOf } from './problem.ts';

async function csrfToken(): Promise<string> {
  const response = await send('/api/auth/csrf', { credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw await errorOf(response);
  const body = (await response.json()) as { csrfToken: string };
  return body.csrfToken;
}

/**
 * Signs in with next-auth's credentials call; the cookie is set by the answer.
 * @throws ApiError 401 for a wrong e-mail or password, 429 after too many tries.
 */
export async function signIn(email: string, password: string): Promise<void> {
  const form = new URLSearchParams({ csrfToken: await csrfToken(), email, password, json: 'true' });
  const response = await send('/api/auth/callback/credentials', {
    method: 'POST',
    body: form,
    credentials: 'same-origin',
  });
  if (!response.ok) throw await errorOf(response);
  const { url } = (await response.json().catch(() => ({}))) as { url?: string };
  const refused = url ? new URL(url, window.location.origin).searchParams.get('error') : null;
  if (refused) throw new ApiError({ status: 401, title: 'Not signed in', detail: '' });
}

export async function signOut(): Promise<void> {
  const form = new URLSearchParams({ csrfToken: await csrfToken(), json: 'true' });
  const response = await send('/api/auth/signout', { method: 'POST', body: form, credentials: 'same-origin' });
  if (!response.ok) throw await errorOf(response);
  // Addresses and the like that this tab kept over a reload.
  sessionStorage.clear();
}
