import { clearFaults, expect, linkFromMail, mailsTo, sandboxUrl, setFault, signIn, signInAs, test } from './house.ts';

/** A member's way in, and what follows from it. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

test.afterEach(({ request }) => clearFaults(request));

test('joins, verifies the address, signs in, edits the profile; staff see it, partners have it', async ({
  page,
  browser,
  request,
}) => {
  const name = `Join${unique()}`;
  const email = `${name.toLowerCase()}@example.org`;

  await page.goto('/join');
  await page.getByRole('radio', { name: /Professional/ }).check();
  await page.getByLabel('Given name').fill('Maren');
  await page.getByLabel('Family name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: /Join/ }).click();
  await expect(page.getByText(/check your mail/i)).toBeVisible();

  await page.goto(await linkFromMail(request, email, /confirm/i));
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByText(/is confirmed/i).first()).toBeVisible();
  await page.getByRole('link', { name: 'Go to your membership' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Maren');

  await page.goto('/profile');
  await page.getByLabel('Family name').fill(`${name}-Changed`);
  await page.getByRole('button', { name: /Save/ }).click();
  await expect(page.getByText(/saved/i).first()).toBeVisible();

  await expect(async () => {
    const contacts = await (await request.get(`${sandboxUrl}/crm/contacts?q=${name}`)).text();
    expect(contacts).toContain(`${name}-Changed`);
    expect((await mailsTo(request, email)).map((mail) => mail.subject)).toEqual(
      expect.arrayContaining([expect.stringMatching(/changed/i), expect.stringMatching(/welcome/i)]),
    );
  }).toPass({ timeout: 10_000 });

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const console_ = await staff.newPage();
  await console_.goto(`/ops/members?q=${name}`);
  await expect(console_.getByText(`${name}-Changed`).first()).toBeVisible();
  await staff.close();
});

test('a wrong password says no in words, and nothing else', async ({ page }) => {
  await page.goto('/signin');
  await page.getByLabel('E-mail').fill('member@guildhall.test');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(page).toHaveURL(/signin/);
});

test('an e-mail that is taken offers to sign in or to reset', async ({ page }) => {
  await page.goto('/join');
  await page.getByRole('radio', { name: /Student/ }).check();
  await page.getByLabel('Given name').fill('Ada');
  await page.getByLabel('Family name').fill('Again');
  await page.getByLabel('E-mail').fill('member@guildhall.test');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: /Join/ }).click();
  await expect(page.getByRole('link', { name: /sign in/i }).last()).toBeVisible();
  await expect(page.getByRole('link', { name: /reset|new password|forgot/i }).first()).toBeVisible();
});

test('an edit made elsewhere meanwhile is shown as a conflict and loses neither', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/profile');
  const city = page.getByLabel(/^(Town|City|Town or city)/);
  await expect(city).not.toHaveValue('');
  const { version } = await (await context.request.get('/api/v1/members/me')).json();
  const theirs = `Else${unique()}`;
  const response = await context.request.patch('/api/v1/members/me', {
    data: { givenName: theirs },
    headers: { 'if-match': `"${version}"`, origin: new URL(page.url()).origin },
  });
  expect(response.status()).toBe(200);
  await page.getByLabel('Given name').fill('Mine');
  await page.getByRole('button', { name: /Save/ }).click();
  await expect(page.getByRole('dialog')).toContainText(theirs);
  await expect(page.getByRole('dialog')).toContainText('Mine');
  await context.request.patch('/api/v1/members/me', {
    data: { givenName: 'Ada' },
    headers: { origin: new URL(page.url()).origin },
  });
});

test('a notification arrives while the page is open', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const bell = page.getByRole('banner').getByRole('link', { name: /^Notifications/ });
  const before = await bell.getAttribute('aria-label');
  await context.request.patch('/api/v1/members/me', {
    data: { phone: `+49 30 ${Math.floor(1e6 + Math.random() * 8e6)}` },
    headers: { origin: new URL(page.url()).origin },
  });
  await expect.poll(() => bell.getAttribute('aria-label')).not.toBe(before);
});

test('ending another session signs that device out at once', async ({ page, context, browser }) => {
  const other = await browser.newContext();
  await signInAs(other, 'member');
  const otherPage = await other.newPage();
  await otherPage.goto('/profile');
  await expect(otherPage).toHaveURL(/profile/);

  await signInAs(context, 'member');
  await page.goto('/security');
  await page.getByRole('button', { name: /sign out (all|every)|all other/i }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: /sign out/i });
  if (await confirm.isVisible().catch(() => false)) await confirm.click();
  await expect.poll(async () => (await other.request.get('/api/v1/me')).status()).toBe(401);
  await otherPage.goto('/profile');
  await expect(otherPage).toHaveURL(/signin/);
  await other.close();
});

test('a forgotten password is set anew by the link in the mail', async ({ page, request, context }) => {
  const email = `reset${unique()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const joined = await request.post('/api/v1/members', {
    data: { givenName: 'Rea', familyName: 'Setter', email, password: 'the first password', planId: plans[0].id },
  });
  expect(joined.status()).toBe(201);
  await page.goto('/forgot-password');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: /send/i }).click();
  await page.goto(await linkFromMail(request, email, /new password/i));
  await page
    .getByLabel(/^New password|^Password/)
    .first()
    .fill('the second password');
  await page.getByRole('button', { name: /set|save|change/i }).click();
  await expect(page.getByText(/sign in/i).first()).toBeVisible();
  await signIn(context, email, 'the second password');
});

test('joining works while the CRM is down, and the CRM catches up', async ({ request }) => {
  await setFault(request, 'crm', 'fail');
  const email = `outage${unique()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const response = await request.post('/api/v1/members', {
    data: { givenName: 'Out', familyName: 'Age', email, password: 'a long enough password', planId: plans[0].id },
  });
  expect(response.status()).toBe(201);
  await linkFromMail(request, email, /confirm/i);
  await clearFaults(request);
  await expect(async () => {
    expect(await (await request.get(`${sandboxUrl}/crm/contacts?q=${email.split('@')[0]}`)).text()).toContain(email);
  }).toPass({ timeout: 30_000 });
});
