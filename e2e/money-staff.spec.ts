import { randomUUID } from 'node:crypto';
import type { APIRequestContext, Browser } from '@playwright/test';
import { clearFaults, expect, expectAccessible, sandboxUrl, setFault, signInAs, test } from './house.ts';
import { inRecords } from './records.ts';

/** Money as staff see it: an order step by step, a refund, the books, a worker that dies. */

interface Order {
  id: string;
  number: string;
  status: string;
  payment: { id: string; number: string } | null;
  nextAction: { url: string } | null;
}

const address = { line1: 'Lindenweg 3', city: 'Berlin', postalCode: '10115', country: 'DE' };

test.afterEach(({ request }) => clearFaults(request));

/** The demo's member buys something, digital unless it is named, with a card of the payment service's test cards. */
async function buys(browser: Browser, card: string, until: string, name?: string): Promise<Order> {
  const context = await browser.newContext();
  await signInAs(context, 'member');
  const { data: products }: { data: { id: string; name: string; digital: boolean }[] } = await (
    await context.request.get('/api/v1/products?limit=100')
  ).json();
  const product = products.find((one) => (name === undefined ? one.digital : one.name === name));
  const response = await context.request.post('/api/v1/orders', {
    headers: { 'idempotency-key': randomUUID() },
    data: {
      items: [{ productId: product?.id, quantity: 1 }],
      paymentMethod: card,
      ...(product?.digital ? {} : { shippingAddress: address }),
    },
  });
  expect(response.status()).toBe(202);
  const { id }: Order = await response.json();
  const order = await orderThatIs(context.request, id, until);
  await context.close();
  return order;
}

/**
 * What was held for an order, and all else of it, is not on the shelf. @returns what puts it back
 */
async function losesStock(orderId: string): Promise<() => Promise<unknown>> {
  const [productId, onHand] = await inRecords(async (sql) => {
    const [hold] = await sql<{ productId: string }[]>`
      update stock_holds set status = 'released' where order_id = ${orderId} returning product_id as "productId"`;
    const of = hold?.productId ?? '';
    const [level] = await sql<{ onHand: number }[]>`
      select on_hand as "onHand" from stock_levels where product_id = ${of}`;
    await sql`update stock_levels set held = held - 1, on_hand = held + reserved - 1 where product_id = ${of}`;
    return [of, level?.onHand ?? 0] as const;
  });
  return () => inRecords((sql) => sql`update stock_levels set on_hand = ${onHand} where product_id = ${productId}`);
}

/**
 * An order that was paid, cannot be delivered, and whose money the payment service refuses to give back. The worker is dead
 * while the bank's answer comes, so that the service is out of order before the refund is tried.
 */
async function aStuckOrder(browser: Browser): Promise<Order> {
  const order = await buys(browser, 'pm_card_authenticationRequired', 'requires_action', 'Scale ruler, aluminium');
  const putBack = await losesStock(order.id);
  const member = await browser.newContext();
  await signInAs(member, 'member');
  const admin = await browser.newContext();
  await signInAs(admin, 'admin');
  await setFault(member.request, 'gateway', 'webhook-off');
  const bank = await member.newPage();
  await bank.route('**/checkout/return**', (route) => route.abort());
  await bank.goto(order.nextAction?.url ?? '');
  await bank.getByRole('button', { name: 'Approve' }).click();
  const headers = { 'idempotency-key': randomUUID() };
  await admin.request.post('/api/v1/demo/worker-crash', { headers, data: {} });
  const confirmed = await member.request.post(`/api/v1/payments/${order.payment?.id}/confirmations`, {
    headers,
    data: {},
  });
  expect((await confirmed.json()).status).toBe('succeeded');
  await setFault(member.request, 'gateway', 'reject');
  await orderThatIs(member.request, order.id, 'stuck');
  await putBack();
  await Promise.all([member.close(), admin.close()]);
  return order;
}

async function orderThatIs(request: APIRequestContext, id: string, status: string): Promise<Order> {
  let order: Order | null = null;
  await expect(async () => {
    order = await (await request.get(`/api/v1/orders/${id}`)).json();
    expect(order?.status).toBe(status);
  }).toPass({ timeout: 60_000 });
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

  await page.getByRole('link', { name: /M-\d+$/ }).click();
  const money = page.getByRole('region', { name: 'Money' });
  await expect(
    money.getByRole('region', { name: 'Last orders' }).getByText('Partially refunded').first(),
  ).toBeVisible();
  await expectAccessible(page);
  await money.getByRole('link', { name: order.number }).click();
  await expect(page.getByRole('heading', { level: 1, name: order.number })).toBeVisible();
  await page.getByRole('region', { name: 'Money' }).getByRole('button', { name: 'Refund', exact: true }).click();
  await expect(page.getByRole('dialog', { name: `Refund ${number}` })).toContainText('is left');
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

test('a saga that is stuck is on the overview, and is mended there', async ({ page, context, browser }) => {
  test.slow();
  const order = await aStuckOrder(browser);
  await signInAs(context, 'staff');
  await page.goto('/ops');
  const needs = page.getByRole('region', { name: 'Needs you now' });
  await expect(needs.getByText(/stuck saga/)).toBeVisible({ timeout: 30_000 });
  const need = needs.getByRole('link', { name: new RegExp(order.number) });
  await need.click();
  await expect(page.getByRole('heading', { level: 1, name: order.number })).toBeVisible();
  await expect(page.getByText('It needs a person')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Events' }).getByText('saga.stuck')).toBeVisible();
  await expectAccessible(page);

  const steps = page.getByRole('region', { name: 'Steps' });
  const dialog = page.getByRole('dialog');
  for (const [button, confirm] of [
    ['Leave as it is: Payment', 'Leave as it is: Payment'],
    ['Settle by hand', 'Settle as completed'],
  ] as const) {
    await steps.getByRole('button', { name: button }).click();
    await dialog.getByRole('button', { name: confirm }).click();
    await expect(dialog.getByText('Give a reason')).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  }

  await clearFaults(context.request);
  await steps.getByRole('button', { name: 'Try to undo again: Payment' }).click();
  await dialog.getByRole('button', { name: 'Try to undo again: Payment' }).click();
  await expect(page.getByRole('heading', { level: 1 }).locator('..').getByText('Cancelled')).toBeVisible({
    timeout: 30_000,
  });
  const money = page.getByRole('region', { name: 'Money' });
  await expect(money.getByText('Given back')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Log' }).getByText('Tried again by hand')).toBeVisible();
  await page.goto('/ops');
  await expect(needs).toBeVisible();
  await expect(need).toBeHidden();
});

test('a worker that is killed in the middle of a charge: the saga goes on, and its page says so', async ({
  page,
  context,
  browser,
  request,
}) => {
  test.slow();
  const slow = await request.post(`${sandboxUrl}/faults`, {
    data: { partner: 'gateway', fault: 'slow', delayMs: 15_000 },
  });
  expect(slow.ok()).toBe(true);
  const { id } = await buys(browser, 'pm_card_visa', 'created');
  await signInAs(context, 'admin');
  await page.goto(`/ops/orders/${id}`);
  const payment = page.getByRole('list', { name: 'Steps' }).getByRole('listitem').filter({ hasText: 'Payment' });
  await expect(payment).toContainText('Running');
  await page.getByRole('button', { name: 'Crash the worker here' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Kill the worker' }).click();
  await expect(page.getByText('The worker was killed', { exact: true })).toBeVisible();
  await clearFaults(request);
  await expect(page.getByText('It went on to its end')).toBeVisible({ timeout: 60_000 });
  await expect(payment).toContainText(/[2-9] attempts/);
  await expect(page.getByRole('heading', { level: 1 }).locator('..').getByText('Completed')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Money' }).getByText('Payment', { exact: true })).toHaveCount(2);
  await expectAccessible(page);
});
