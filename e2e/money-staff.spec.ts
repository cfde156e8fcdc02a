import { randomUUID } from 'node:crypto';
import type { APIRequestContext, Browser } from '@playwright/test';
import { expect, expectAccessible, signInAs, test } from './house.ts';

/** Money as staff see it: an order step by step, a refund, the books, a worker that dies. */

interface Order {
  id: string;
  number: string;
  status: string;
  payment: { number: string } | null;
}

/** The demo's member buys something digital with a card of the payment service's test cards. */
async function buys(browser: Browser, card: string, until: string): Promise<Order> {
  const context = await browser.newContext();
  await signInAs(context, 'member');
  const { data: products }: { data: { id: string; digital: boolean }[] } = await (
    await context.request.get('/api/v1/products?limit=100')
  ).json();
  const product = products.find(({ digital }) => digital);
  const response = await context.request.post('/api/v1/orders', {
    headers: { 'idempotency-key': randomUUID() },
    data: { items: [{ productId: product?.id, quantity: 1 }], paymentMethod: card },
  });
  expect(response.status()).toBe(202);
  const { id }: Order = await response.json();
  const order = await orderThatIs(context.request, id, until);
  await context.close();
  return order;
}

async function orderThatIs(request: APIRequestContext, id: string, status: string): Promise<Order> {
  let order: Order | null = null;
  await expect(async () => {
    order = await (await request.get(`/api/v1/orders/${id}`)).json();
    expect(order?.status).toBe(status);
  }).toPass({ timeout: 30_000 });
  return order!;
}

test('an order is found by its number, and shows its steps, its money and what the gateway says', async ({
  page,
  context,
  browser,
}) => {
  const order = await buys(browser, 'pm_card_visa', 'completed');
  await signInAs(context, 'staff');
  await page.goto('/ops');
  const search = page.getByPlaceholder(/^Member, event, page/);
  // The keys are heard once the page has come alive.
  await expect(async () => {
    await page.keyboard.press('Control+k');
    await expect(search).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await search.fill(order.number);
  await expect(page.getByText(`Order ${order.number}`)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: order.number })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(5);
  const partners = page.getByRole('region', { name: 'What the partners say' });
  await partners.getByRole('button', { name: 'Ask them' }).click();
  await expect(partners.getByText('succeeded')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Events' }).getByText('order.completed')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Money' }).getByText('Sale')).toBeVisible();
  await expectAccessible(page);
});

test('staff refund a part with a reason; what is left is said, and cannot be exceeded', async ({
  page,
  context,
  browser,
}) => {
  const order = await buys(browser, 'pm_card_visa', 'completed');
  await signInAs(context, 'staff');
  const number = order.payment?.number ?? '';
  await page.goto(`/ops/payments?q=${number}`);
  await expect(page.getByRole('searchbox', { name: 'Search payments' })).toHaveValue(number);
  await page.getByRole('button', { name: `Open payment ${number}` }).click();
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Amount in EUR').fill('999999');
  await dialog.getByLabel('Reason').fill('Bought twice');
  await dialog.getByRole('button', { name: 'Refund €999,999.00' }).click();
  await expect(dialog.getByText(/^From €0\.01 to €/)).toBeVisible();
  await dialog.getByLabel('Amount in EUR').fill('5.00');
  await dialog.getByRole('button', { name: 'Refund €5.00' }).click();
  await expect(page.getByRole('region', { name: 'Refunds' }).getByText('Succeeded')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('heading', { level: 1 }).locator('..').getByText('Partially refunded')).toBeVisible();
  await expect(page.getByRole('region', { name: 'In the books' }).getByText('Refund', { exact: true })).toBeVisible();
  await expectAccessible(page);
});

test('the books are counted on request, and are right', async ({ page, context }) => {
  await signInAs(context, 'staff');
  await page.goto('/ops/ledger');
  await expect(page.getByText('Debits equal credits')).toBeVisible();
  const checks = page.getByRole('region', { name: 'Checks of the books' });
  await checks.getByRole('button', { name: 'Run a check' }).click();
  await expect(checks.getByText(/Last checked just now/)).toBeVisible({ timeout: 20_000 });
  await expect(checks.getByRole('status').getByText('All right')).toBeVisible();
  await expectAccessible(page);
});

test('a worker that is killed under a saga is started again, and the next order completes', async ({
  page,
  context,
  browser,
}) => {
  const waiting = await buys(browser, 'pm_card_authenticationRequired', 'requires_action');
  await signInAs(context, 'admin');
  await page.goto(`/ops/orders/${waiting.id}`);
  await page.getByRole('button', { name: 'Crash the worker here' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Kill the worker' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  const order = await buys(browser, 'pm_card_visa', 'completed');
  await page.goto(`/ops/orders/${order.id}`);
  await expect(page.getByRole('heading', { level: 1, name: order.number })).toBeVisible();
});
