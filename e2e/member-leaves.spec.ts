import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, mailsTo, signIn, signInAs, test } from './house.ts';

/** A member takes their data along and goes. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const password = 'a long enough password';

test('downloads everything that is held, resigns, and is told so; staff see why', async ({
  page,
  context,
  request,
  browser,
}) => {
  const familyName = `Leave${unique()}`;
  const email = `${familyName.toLowerCase()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const member = { givenName: 'Nora', familyName, email, password, phone: '+49 30 7654321', planId: plans[0].id };
  const response = await request.post('/api/v1/members', { data: member });
  expect(response.status()).toBe(201);
  const { id } = await response.json();
  await signIn(context, email, password);

  await page.goto('/security');
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download my data' }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('guildhall-my-data.json');
  const text = await readFile(await file.path(), 'utf8');
  expect(() => JSON.parse(text)).not.toThrow();
  // Their own values, in the clear.
  for (const value of [familyName, email, '+49 30 7654321']) expect(text).toContain(value);
  expect(text).not.toContain('sealed:1:');

  await page.goto('/membership');
  await page.getByRole('button', { name: /^Resign/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Your membership ends today, and nothing more is charged.');
  await expectAccessible(page);
  await dialog.getByLabel('Why are you leaving? (optional)').fill('I moved away');
  await dialog.getByRole('button', { name: 'Resign now' }).click();
  await expect(page.getByText(/You have resigned/).first()).toBeVisible();
  await expect(page.getByRole('button', { name: /^Resign/ })).toHaveCount(0);

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const console_ = await staff.newPage();
  await console_.goto(`/ops/members/${id}`);
  await expect(console_.getByText('Resigned, status pending until then').first()).toBeVisible();
  await staff.close();

  const auditor = await browser.newContext();
  await signInAs(auditor, 'auditor');
  const trail = await auditor.request.get(`/api/v1/audit?resource=member/${id}&action=member.resign`);
  expect((await trail.json()).data).toMatchObject([{ reason: 'I moved away' }]);
  await auditor.close();
  expect((await mailsTo(request, email)).length).toBeGreaterThan(0);
});

test('who resigned is told how they stand at home, comes back, and pays for the plan again', async ({
  page,
  context,
  request,
}) => {
  const familyName = `Back${unique()}`;
  const email = `${familyName.toLowerCase()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const member = { givenName: 'Nora', familyName, email, password, planId: plans[0].id };
  expect((await request.post('/api/v1/members', { data: member })).status()).toBe(201);
  await signIn(context, email, password);
  await page.goto('/membership');
  await page.getByRole('button', { name: /^Resign/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resign now' }).click();
  await expect(page.getByRole('heading', { name: 'Come back' })).toBeVisible();
  await expectAccessible(page);

  await page.goto('/');
  const needs = page.getByRole('region', { name: 'What needs you' });
  await expect(needs).toContainText('You have resigned');
  await needs.getByRole('link', { name: 'Rejoin' }).click();
  await page.getByRole('button', { name: 'Rejoin' }).click();
  await expect(page).toHaveURL(/\/checkout/);
  await expect(page.getByRole('main')).toContainText(plans[0].name);
  await page.goto('/membership');
  await expect(page.getByRole('link', { name: 'Pay for your membership' })).toBeVisible();
});
