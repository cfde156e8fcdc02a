import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { expect, expectAccessible, signIn, signInAs, test } from './house.ts';

/** An auditor's look into the trail, and the desk where members' questions arrive. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

async function joins(request: APIRequestContext, familyName: string): Promise<{ id: string; email: string }> {
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const email = `${familyName.toLowerCase()}@example.org`;
  const data = {
    givenName: 'Nora',
    familyName,
    email,
    password: 'a long enough password',
    phone: '+49 30 7654321',
    planId: plans[0].id,
  };
  const response = await request.post('/api/v1/members', { data });
  expect(response.status()).toBe(201);
  return { id: (await response.json()).id, email };
}

/** Staff change the phone number. */
async function staffChangePhone(context: BrowserContext, id: string): Promise<void> {
  await signInAs(context, 'staff');
  const response = await context.request.patch(`/api/v1/members/${id}`, { data: { phone: '+49 30 1112223' } });
  expect(response.status()).toBe(200);
}

test('an auditor finds what was changed, by whom, and sees masks; the address of an entry opens it', async ({
  page,
  context,
  request,
  browser,
}) => {
  const { id } = await joins(request, `Audit${unique()}`);
  const staff = await browser.newContext();
  await staffChangePhone(staff, id);
  await staff.close();

  await signInAs(context, 'auditor');
  await page.goto('/ops/audit');
  await page.getByLabel('Resource').fill(`member/${id}`);
  await page.getByRole('combobox', { name: 'Action' }).or(page.getByLabel('Action')).first().fill('member.update');
  await expect(page).toHaveURL(/action=member\.update/);
  const rows = page.getByRole('table', { name: 'Audit entries' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: /^Open member\.update/ }).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByRole('row', { name: /Phone/ })).toContainText('+4930***321');
  await expect(drawer.getByRole('row', { name: /Phone/ })).toContainText('+4930***223');
  await expect(page.getByText(/7654321|1112223/)).toHaveCount(0);
  await expectAccessible(page);

  // To a colleague, with a filter that does not have it.
  const entry = new URL(page.url()).searchParams.get('entry');
  await page.goto(`/ops/audit?action=client.create&entry=${entry}`);
  await expect(page.getByRole('dialog').getByRole('row', { name: /Phone/ })).toContainText('+4930***223');
  await page.goto('/ops/audit?action=audit.read');
  await expect(page.getByRole('button', { name: /^Open audit\.read/ }).first()).toBeVisible();
  await page.goto('/ops/audit?entry=0199a2c4-7b6f-7000-8000-000000000001');
  await expect(page.getByRole('dialog')).toContainText('There is no such entry');
});

test('what a member asks arrives at the help desk while it is open, is read and closed', async ({
  page,
  context,
  request,
  browser,
}) => {
  const name = `Help${unique()}`;
  const { id, email } = await joins(request, name);
  await signInAs(context, 'staff');
  await page.goto('/ops/help');
  await expect(page.getByRole('heading', { level: 1, name: 'Help requests' })).toBeVisible();

  const member = await browser.newContext();
  await signIn(member, email, 'a long enough password');
  const asking = await member.newPage();
  await asking.goto('/help');
  await asking.getByLabel('Topic').selectOption('payment');
  await asking.getByLabel('Message').fill(`When is it due? ${name}`);
  await asking.getByRole('button', { name: 'Send the message' }).click();
  await expect(asking.getByText('We have your message')).toBeVisible();
  await member.close();

  await page.getByRole('button', { name: `Open Payment, Nora ${name}` }).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText(`When is it due? ${name}`);
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Close request' }).click();
  await page.getByLabel('Reason').fill('answered by phone');
  await page
    .getByRole('dialog', { name: /^Close the request of/ })
    .getByRole('button', { name: 'Close request' })
    .click();
  await expect(page.getByRole('button', { name: `Open Payment, Nora ${name}` })).toHaveCount(0);
  await page.goto(`/ops/help?status=closed&memberId=${id}`);
  await expect(page.getByRole('button', { name: `Open Payment, Nora ${name}` })).toBeVisible();
});

test('the overview follows what happens', async ({ page, context, request }) => {
  await signInAs(context, 'staff');
  await page.goto('/ops');
  await expect(page.getByRole('main').getByText('Live', { exact: true })).toBeVisible();
  const joined = page.getByRole('main').locator('dl').filter({ hasText: 'Joined' }).locator('dd').first();
  const before = Number((await joined.textContent())?.replace(/\D/g, ''));
  const started = Date.now();
  await joins(request, `Over${unique()}`);
  await expect(joined).toHaveText(String(before + 1));
  // Sooner than the clock would have it.
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('the browser’s Back asks before an edit is lost', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/');
  await page.getByRole('link', { name: 'Profile' }).first().click();
  await expect(page).toHaveURL(/\/profile$/);
  const name = page.getByLabel('Given name');
  await name.click();
  await name.pressSequentially('x');
  // What is held back never arrives.
  const back = () => page.goBack({ timeout: 2_000 }).catch(() => null);
  await back();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Stay on the page' }).click();
  await expect(page).toHaveURL(/\/profile$/);
  await expect(name).toHaveValue(/x$/);
  await back();
  await question.getByRole('button', { name: 'Leave, discard changes' }).click();
  await expect(page).toHaveURL(/\/$/);
});
