import type { BrowserContext, Page } from '@playwright/test';
import { expect, expectAccessible, signIn, test } from './house.ts';

/** A member's money: put on the account, sent to another, in a statement; and the cards it comes from. */

// So tall that nothing scrolls before a press: Chromium would still send it to where the card frame was before.
test.use({ viewport: { width: 1280, height: 1200 } });

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const password = 'a long enough password';
const cards = { good: '4242424242424242', declined: '4000000000000002', asksBank: '4000002760003184' };

/** Somebody who has joined and is signed in, with an account. @returns its number */
async function aMember(context: BrowserContext, givenName: string): Promise<string> {
  const email = `money${unique()}@example.org`;
  const plans = await (await context.request.get('/api/v1/plans')).json();
  const data = { givenName, familyName: 'Okoro', email, password, planId: plans.data[0].id };
  expect((await context.request.post('/api/v1/members', { data })).status()).toBe(201);
  await signIn(context, email, password);
  const account = async () => (await (await context.request.get('/api/v1/accounts?memberId=me')).json()).data[0];
  await expect.poll(account).toBeTruthy();
  return (await account()).number;
}

async function typeCard(page: Page, number: string): Promise<void> {
  const frame = page.frameLocator('iframe[title="Card details"]');
  await frame.getByLabel('Card number').fill(number);
  await frame.getByLabel('Expiry date').fill('12 / 34');
  await frame.getByLabel('Security code').fill('123');
}

async function addMoney(page: Page, amount: string, card: string): Promise<void> {
  await page.goto('/account/add');
  await page.getByLabel('Amount in euros').fill(amount);
  await typeCard(page, card);
  await page.getByRole('button', { name: /^Add €/ }).click();
}

const balance = (page: Page) => page.getByRole('region', { name: 'Balance' });
const transfersOf = async (context: BrowserContext) =>
  (await (await context.request.get('/api/v1/transfers')).json()).data;

test('adds money, sends some of it once, and both see it', async ({ page, context, browser }) => {
  const other = await browser.newContext();
  const bob = await aMember(other, 'Bob');
  await aMember(context, 'Edda');
  await page.goto('/account');
  await expect(page.getByText('Nothing has moved yet')).toBeVisible();
  await addMoney(page, '50,00', cards.good);
  await expect(page.getByText('€50.00 added')).toBeVisible();
  await expect(balance(page)).toContainText('€50.00 available');

  const hers = await other.newPage();
  await hers.goto('/account');
  await expect(balance(hers)).toContainText('€0.00 available');

  await page.getByRole('link', { name: 'Transfer', exact: true }).click();
  await page.getByLabel('Amount in euros').fill('60');
  await page.getByLabel('To account').fill(bob.toLowerCase());
  await expect(page.getByText('Bob O.')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('You have €50.00 available')).toBeVisible();
  await page.getByLabel('Amount in euros').fill('12,50');
  await page.getByLabel('Note').fill('Lunch');
  await page.getByRole('button', { name: 'Continue' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send €12.50 to Bob O.' });
  await expect(dialog).toContainText('€37.50');
  await dialog.getByRole('button', { name: 'Send €12.50' }).dblclick();
  await expect(page.getByRole('heading', { level: 1, name: '€12.50 sent' })).toBeVisible();
  const steps = page.getByRole('region', { name: 'How far it has got' });
  await expect(steps.getByRole('listitem')).toHaveText(['Held, done', 'Debited, done', 'Arrived, done']);
  // Told of it, and not by looking every so often: that is every twenty seconds.
  await expect(balance(hers)).toContainText('€12.50 available', { timeout: 8_000 });
  expect(await transfersOf(context)).toHaveLength(1);
  await expectAccessible(page);

  await hers.goto('/transfers');
  await expect(hers.getByRole('region', { name: 'Sent and received' })).toContainText('Lunch');
  await expect(hers.getByRole('region', { name: 'Sent and received' })).toContainText('+€12.50');
  await other.close();

  await page.goto('/account');
  await expect(balance(page)).toContainText('€37.50');
  const rows = page.getByRole('region', { name: 'What moved' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('Transfer sent');
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await expect(balance(page).getByRole('row').nth(1)).toContainText('€37.50');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^statement-A-\d+-.*\.csv$/);
});

test('a number that is nobody’s is said at its field', async ({ page, context }) => {
  await aMember(context, 'Edda');
  await page.goto('/transfers');
  await page.getByLabel('To account').fill('A-999999999');
  await page.getByLabel('Amount in euros').fill('0');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('Enter more than zero')).toBeVisible();
  await expect(page.getByText('There is no open account with this number')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a card that is refused adds nothing; one that asks the bank adds it afterwards', async ({ page, context }) => {
  await aMember(context, 'Edda');
  await addMoney(page, '20', cards.declined);
  await expect(page.getByText('€20.00 was not added')).toBeVisible();
  await expect(balance(page)).toContainText('€0.00');
  await addMoney(page, '20', cards.asksBank);
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page).toHaveURL(/\/account\?payment=/);
  await expect(page.getByText('€20.00 added')).toBeVisible();
  await expect(balance(page)).toContainText('€20.00 available');
});

test('cards are kept, chosen and removed', async ({ page, context }) => {
  await aMember(context, 'Edda');
  await page.goto('/cards');
  const list = page.getByRole('region', { name: 'Your cards' });
  await expect(list).toContainText('No cards yet');
  await page.getByRole('button', { name: 'Add a card' }).click();
  await typeCard(page, cards.good);
  await page.getByLabel('Pay my renewals with it').check();
  await page.getByRole('button', { name: 'Add this card' }).click();
  await expect(list).toContainText('Visa ••4242');
  await expect(list).toContainText('Pays renewals');

  await page.getByRole('button', { name: 'Add a card' }).click();
  await typeCard(page, cards.declined);
  await page.getByRole('button', { name: 'Add this card' }).click();
  await expect(page.getByText('The card was not added')).toBeVisible();
  await typeCard(page, cards.asksBank);
  await page.getByRole('button', { name: 'Add this card' }).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('Visa ••3184 is kept')).toBeVisible();
  await page.getByRole('button', { name: 'Propose first: Visa ••3184' }).click();
  await expect(list.getByRole('listitem').filter({ hasText: '3184' })).toContainText('Proposed first');

  await page.getByRole('button', { name: 'Remove Visa ••4242' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove Visa ••4242?' });
  await expect(dialog).toContainText('will not be renewed by itself');
  await dialog.getByRole('button', { name: 'Remove Visa ••4242' }).click();
  await expect(list).not.toContainText('4242');
});

const widths = [
  { width: 1440, height: 900 },
  { width: 320, height: 720 },
];

test('the pages are accessible, in both schemes, on a phone and on a desk', async ({ page, context }) => {
  test.slow();
  await aMember(context, 'Edda');
  await addMoney(page, '1.234,50', cards.good);
  await expect(page.getByText('€1,234.50 added')).toBeVisible();
  for (const path of ['/account', '/account/add', '/transfers', '/cards']) {
    for (const size of widths) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        if (path === '/account') await expect(page.getByRole('img', { name: /^Balance day by day/ })).toBeVisible();
        await expectAccessible(page);
      }
    }
  }
});
