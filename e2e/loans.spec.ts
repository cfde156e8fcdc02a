import type { BrowserContext, Page } from '@playwright/test';
import { expect, expectAccessible, signIn, signInAs, test } from './house.ts';

/** A loan's life: applied for in steps, decided by two people, paid out, paid back by account and by card, settled. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const password = 'a long enough password';

/** Somebody who has joined and paid, signed in. */
async function aBorrower(context: BrowserContext): Promise<string> {
  const email = `loan${unique()}@example.org`;
  const plans = await (await context.request.get('/api/v1/plans')).json();
  const planId = plans.data[1].id;
  const data = { givenName: 'Edda', familyName: 'Loan', email, password, planId };
  const joined = await context.request.post('/api/v1/members', { data });
  expect(joined.status()).toBe(201);
  const { id } = await joined.json();
  await signIn(context, email, password);
  const ordered = await context.request.post('/api/v1/orders', {
    data: { items: [{ planId, quantity: 1 }], paymentMethod: 'pm_card_visa' },
  });
  expect(ordered.status()).toBe(202);
  await expect
    .poll(async () => (await (await context.request.get('/api/v1/members/me')).json()).status, { timeout: 20_000 })
    .toBe('active');
  return id;
}

async function answerAll(page: Page): Promise<void> {
  await page.getByLabel('Income each month').fill('3,500.00');
  await page.getByLabel('Outgoings each month').fill('1800');
  await page.getByLabel('Payments on other debts each month').fill('0');
  await page.getByLabel('People who live on your income').fill('1');
}

async function decide(page: Page, button: RegExp, reason: string): Promise<void> {
  await page.getByRole('region', { name: 'Decision' }).getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: /Agree to|Pay out|Reveal/ }).click();
  await expect(dialog).toBeHidden();
}

test('a loan from the calculator to the last cent, decided by two people', async ({ page, context, browser }) => {
  test.slow();
  const staff = await browser.newContext();
  const admin = await browser.newContext();
  await signInAs(staff, 'staff');
  await signInAs(admin, 'admin');
  await aBorrower(context);

  await page.goto('/loans');
  await page.getByRole('radio', { name: /Training loan/ }).check();
  await page.getByLabel('How much').fill('6000');
  await page.getByRole('radio', { name: /^2 years/ }).check();
  await expect(page.getByText('€256.30 a month').first()).toBeVisible();
  await page.getByLabel('How much').fill('60000');
  await expect(page.getByText('From €500.00 to €10,000.00')).toBeVisible();
  await page.getByLabel('How much').fill('6000');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Apply for €6,000.00' }).click();

  await expect(page.getByLabel('How much')).toHaveValue('6000');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('Answer this, with 0 if there is none').first()).toBeVisible();
  await answerAll(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('€3,500.00')).toBeVisible();
  await page.getByRole('button', { name: 'Apply for €6,000.00' }).click();
  await expect(page.getByText('Being looked at')).toBeVisible();
  const loan = new URL(page.url()).pathname;

  const desk = await staff.newPage();
  await desk.goto(`/ops${loan}`);
  await expect(desk.getByRole('region', { name: 'Score' })).toContainText('Room for the instalment');
  await expect(desk.getByRole('region', { name: 'Answers' })).not.toContainText('3,500.00');
  const unread = desk.getByText(/^You have not read the answers/);
  await expect(unread).toBeVisible();
  await desk.getByRole('button', { name: 'Reveal answers' }).click();
  await desk.getByRole('dialog').getByLabel('Reason').fill('To decide');
  await desk.getByRole('dialog').getByRole('button', { name: 'Reveal answers' }).click();
  await expect(desk.getByRole('region', { name: 'Answers' })).toContainText('€3,500.00');
  await expect(unread).toBeHidden();
  await expectAccessible(desk);
  await decide(desk, /^Agree to €6,000.00/, 'It fits.');
  await expect(desk.getByText('You have agreed. A second person must decide.')).toBeVisible();

  const second = await admin.newPage();
  await second.goto('/ops/loans?status=waiting&order=oldest');
  await expect(second.getByRole('table', { name: 'Loans' })).toContainText('Second person needed', { timeout: 30_000 });
  await second.goto(`/ops${loan}`);
  await decide(second, /^Approve and pay out/, 'I agree.');
  await expect(second.getByText('Active', { exact: true })).toBeVisible();
  await expect(second.getByRole('region', { name: 'Instalments' }).first()).toBeVisible();

  await page.reload();
  await expect(page.getByText('Running')).toBeVisible();
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(25);
  await page.getByLabel('Amount', { exact: true }).fill('1000');
  await page.getByRole('button', { name: 'Pay €1,000.00' }).click();
  await expect(page.getByRole('region', { name: 'What you have paid' })).toContainText('from your account');
  await expectAccessible(page);

  await page.getByLabel('Amount', { exact: true }).fill('500');
  await page.getByRole('radio', { name: /Another card/ }).check();
  const frame = page.frameLocator('iframe[title="Card details"]');
  await frame.getByLabel('Card number').fill('4242424242424242');
  await frame.getByLabel('Expiry date').fill('12 / 34');
  await frame.getByLabel('Security code').fill('123');
  await page.getByRole('button', { name: 'Pay €500.00' }).click();
  await expect(page.getByRole('region', { name: 'What you have paid' })).toContainText('by card', { timeout: 20_000 });

  const asked = await page.request.post(`/api/v1${loan}/repayments`, {
    data: { amount: 100, from: 'pm_card_authenticationRequired' },
  });
  expect(asked.status()).toBe(202);
  await page.reload();
  await expect(page.getByText('Your bank wants you to confirm €1.00')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Pay back' })).toContainText('under way');
  await expect(page.getByRole('button', { name: /^Pay/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Go to your bank' }).click();
  await page.getByRole('button', { name: 'Fail' }).click();
  await expect(page.getByRole('region', { name: 'What you have paid' })).toContainText('Failed', { timeout: 20_000 });

  await page.getByRole('button', { name: 'Pay all of it' }).click();
  await page.getByRole('radio', { name: /Your account/ }).check();
  await page.getByRole('button', { name: 'Pay €4,500.00' }).click();
  await expect(page.getByText('Paid back', { exact: true }).first()).toBeVisible();
  await staff.close();
  await admin.close();
});

test('an application can be withdrawn, and nobody decides on their own', async ({ page, context, browser }) => {
  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  await aBorrower(context);
  await page.goto('/loans/apply?product=hardship&amount=80000&term=12');
  await page.getByRole('button', { name: 'Go on' }).click();
  await answerAll(page);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Apply for €800.00' }).click();
  await page.getByRole('button', { name: 'Withdraw the application…' }).click();
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(page.getByText('You took this application back.')).toBeVisible();
  await staff.close();
});

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [320, 1440]) {
    test(`pages of loans, ${scheme}, ${width} wide`, async ({ page, context }) => {
      test.slow();
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await signInAs(context, 'member');
      for (const path of ['/loans', '/loans/apply']) {
        await page.goto(path);
        await expect(page.getByRole('status').filter({ hasText: 'instalments,' })).toBeVisible();
        await expectAccessible(page);
      }
      await signInAs(context, 'staff');
      await page.goto('/ops/loans');
      await expect(page.getByRole('table', { name: 'Loans' })).toContainText('L-000001');
      await expectAccessible(page);
      const { data } = await (await context.request.get('/api/v1/loans?status=in_arrears')).json();
      await page.goto(`/ops/loans/${data[0].id}`);
      await expect(page.getByRole('region', { name: 'Score' })).toBeVisible();
      await expectAccessible(page);
    });
  }
}
