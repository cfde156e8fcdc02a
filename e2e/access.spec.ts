import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { expect, expectAccessible, linkFromMail, signIn, signInAs, test } from './house.ts';

/** Letting an app in, and an address that somebody else joined with. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const verifier = 'a-verifier-of-at-least-forty-three-characters-0123';
/** Registered for the demo's app. */
const redirectUri = 'http://127.0.0.1:8765/signed-in';
const question = (changes: Record<string, string> = {}) =>
  `/api/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'demo-mobile',
    redirect_uri: redirectUri,
    scope: 'self',
    state: 'xyz',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  })}`;

let phone: Server;
test.beforeAll(async () => {
  phone = createServer((_request, response) => response.end('<title>Back in the app</title>'));
  await new Promise<void>((resolve) => phone.listen(8765, '127.0.0.1', resolve));
});
test.afterAll(() => phone.close());

const looks = [
  { width: 1440, height: 900 },
  { width: 320, height: 720 },
].flatMap((size) => (['light', 'dark'] as const).map((colorScheme) => ({ size, colorScheme })));

test('a member signs in, is asked, lets the app in, and takes it out again', async ({ page, request }) => {
  await page.goto(question());
  await expect(page).toHaveURL(/signin/);
  await page.getByLabel('E-mail').fill('member@guildhall.test');
  await page.getByLabel('Password', { exact: true }).fill('guildhall-demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Demo mobile app');
  await expect(page.getByText('member@guildhall.test')).toBeVisible();
  await expect(page.getByText('127.0.0.1:8765')).toBeVisible();
  for (const { size, colorScheme } of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
  }
  await page.getByRole('button', { name: 'Allow Demo mobile app' }).click();
  await expect(page).toHaveURL(/127\.0\.0\.1:8765/);
  const back = new URL(page.url()).searchParams;
  expect(back.get('state')).toBe('xyz');
  const token = await request.post('/api/oauth/token', {
    form: {
      grant_type: 'authorization_code',
      client_id: 'demo-mobile',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    },
  });
  expect(token.status()).toBe(200);
  const { access_token: access } = await token.json();
  const me = () => request.get('/api/v1/me', { headers: { authorization: `Bearer ${access}` } });
  expect((await me()).status()).toBe(200);

  await page.goto('/security');
  await page.getByRole('button', { name: 'Take Demo mobile app out' }).click();
  await expect(page.getByText('An app that you let in shows here')).toBeVisible();
  await expect.poll(async () => (await me()).status()).toBe(401);
});

test('Cancel goes back without a code; a link that is no app’s goes nowhere', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto(question());
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/error=access_denied/);
  expect(new URL(page.url()).searchParams.has('code')).toBe(false);
  const strangers = [question({ redirect_uri: 'https://evil.example/' }), question({ client_id: 'nobody' })];
  for (const stranger of strangers) {
    await page.goto(stranger.replace('/api/oauth/authorize', '/authorize'));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('We do not know who is asking');
    await expectAccessible(page);
  }
  // A mistake of the app goes back to the app, by the page too.
  await page.goto(question({ scope: 'everything' }).replace('/api/oauth/authorize', '/authorize'));
  await expect(page).toHaveURL(/127\.0\.0\.1:8765.*error=invalid_scope/);
});

test('the page that asks cannot be framed', async ({ context, page }) => {
  await signInAs(context, 'member');
  const answer = await page.goto(question());
  expect(answer?.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(answer?.headers()['x-frame-options']).toBe('DENY');
});

test('somebody who joined with another’s address is out when its owner follows the mail', async ({
  page,
  request,
  browser,
}) => {
  const email = `owner${unique()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const joined = await request.post('/api/v1/members', {
    data: { givenName: 'Some', familyName: 'Body', email, password: 'the thief chose this', planId: plans[0].id },
  });
  expect(joined.status()).toBe(201);
  const thief = await browser.newContext();
  await signIn(thief, email, 'the thief chose this');
  await page.goto(await linkFromMail(request, email, /confirm/i));
  await expect(page.getByText(email)).toBeVisible();
  for (const { size, colorScheme } of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
  }
  await page.getByLabel('Password', { exact: true }).fill('not what they chose');
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByText(/not the one that was chosen/i)).toBeVisible();
  await page.getByRole('button', { name: /not me who joined/ }).click();
  await page.getByLabel('New password').fill('the owner chose this');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByText(/used your address/)).toBeVisible();
  await page.getByRole('link', { name: 'Go to your membership' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Some');
  expect((await thief.request.get('/api/v1/me')).status()).toBe(401);
  await thief.close();
});

test('an admin makes an app for people, with the scope self and nothing else to choose', async ({ page, context }) => {
  await signInAs(context, 'admin');
  await page.goto('/ops/access?tab=clients');
  await page
    .getByRole('tab', { name: /client/i })
    .or(page.getByRole('radio', { name: /client/i }))
    .first()
    .click();
  await page
    .getByRole('button', { name: /Add API client/ })
    .first()
    .click();
  const form = page.getByRole('form', { name: 'Add API client' });
  await expect(form.getByRole('checkbox', { name: 'self' })).toHaveCount(0);
  await form.getByRole('radio', { name: 'People' }).check();
  await expect(form.getByRole('checkbox', { name: 'read:data' })).toHaveCount(0);
  await form.getByLabel('Client id').fill(`app-${unique()}`.slice(0, 30));
  await form.getByLabel('Name').fill('Pocket app');
  await form.getByRole('button', { name: 'Add API client' }).click();
  await expect(form.getByText('Enter where the app takes people back')).toBeVisible();
  await form.getByLabel('Redirect URIs').fill('https://app.example/signed-in');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Add API client' }).click();
  await expect(page.getByText('Pocket app').first()).toBeVisible();
});
