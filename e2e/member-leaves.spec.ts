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
  await dialog.getByRole('button', { name: 'Resign now' }).click();
  await expect(dialog.getByText('Tell us in a few words')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Why are you leaving?').fill('I moved away');
  await dialog.getByRole('button', { name: 'Resign now' }).click();
  await expect(page.getByText(/You have resigned/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Resign/ })).toHaveCount(0);

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const console_ = await staff.newPage();
  await console_.goto(`/ops/members/${id}`);
  await expect(console_.getByText(/to resigned/).first()).toBeVisible();
  await staff.close();

  const auditor = await browser.newContext();
  await signInAs(auditor, 'auditor');
  const trail = await auditor.request.get(`/api/v1/audit?resource=member/${id}&action=member.resign`);
  expect((await trail.json()).data).toMatchObject([{ reason: 'I moved away' }]);
  await auditor.close();
  expect((await mailsTo(request, email)).length).toBeGreaterThan(0);
});
