import type { BrowserContext, Page } from '@playwright/test';
import {
  clearFaults,
  expect,
  expectAccessible,
  linkFromMail,
  mailsTo,
  setFault,
  signIn,
  signInAs,
  test,
} from './house.ts';
import { inRecords, runTask } from './records.ts';

/** Buying: with every kind of card, through the bank's page, with a reload in the middle, without a mouse. */

// So tall that nothing scrolls before a press: Chromium would still send it to where the card frame was before.
test.use({ viewport: { width: 1280, height: 1200 } });

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const password = 'a long enough password';

/** The worker has several turns to take, and a page to load in between. */
const patient = { timeout: 20_000 };

const cards = {
  good: '4242424242424242',
  declined: '4000000000000002',
  noMoney: '4000000000009995',
  expired: '4000000000000069',
  wrongCode: '4000000000000127',
  asksBank: '4000002760003184',
};

const book = 'Ethics on Site';
const course = 'Estimating Costs, online';

test.afterEach(({ request }) => clearFaults(request));

/** Somebody who has joined, with an address, signed in. */
async function aBuyer(context: BrowserContext): Promise<{ email: string; id: string }> {
  const familyName = `Buy${unique()}`;
  const email = `${familyName.toLowerCase()}@example.org`;
  const plans = await (await context.request.get('/api/v1/plans')).json();
  const address = { line1: 'Lindenweg 3', city: 'Berlin', postalCode: '10115', country: 'DE' };
  const data = { givenName: 'Edda', familyName, email, password, address, planId: plans.data[1].id };
  const joined = await context.request.post('/api/v1/members', { data });
  expect(joined.status()).toBe(201);
  await signIn(context, email, password);
  return { email, id: (await joined.json()).id };
}

async function putInCart(context: BrowserContext, name: string): Promise<void> {
  const { data } = await (await context.request.get('/api/v1/products?limit=200')).json();
  const product = data.find((one: { name: string }) => one.name === name);
  const items = [{ productId: product.id, quantity: 1 }];
  expect((await context.request.put('/api/v1/cart', { data: { items } })).status()).toBe(200);
}

const cartOf = async (context: BrowserContext) => (await (await context.request.get('/api/v1/cart')).json()).items;
const ordersOf = async (context: BrowserContext) =>
  (await (await context.request.get('/api/v1/orders?memberId=me')).json()).data;

async function typeCard(page: Page, number: string): Promise<void> {
  const frame = page.frameLocator('iframe[title="Card details"]');
  await frame.getByLabel('Card number').fill(number);
  await frame.getByLabel('Expiry date').fill('12 / 34');
  await frame.getByLabel('Security code').fill('123');
}

/** By keyboard: right after a scroll, a click of the browser's driver beside a frame of another origin can land within it. */
async function keepCard(page: Page): Promise<void> {
  const keep = page.getByLabel('Keep this card for next time');
  await keep.focus();
  await page.keyboard.press('Space');
  await expect(keep).toBeChecked();
}

const payButton = (page: Page) => page.getByRole('button', { name: /^Pay €/ });
const thanks = (page: Page) => page.getByRole('heading', { level: 1, name: 'Thank you' });

test('from the shop to the receipt; the card is kept, the cart is empty, the parcel is packed and sent', async ({
  page,
  context,
  browser,
}) => {
  await aBuyer(context);
  await page.goto('/shop');
  await page.getByRole('button', { name: `Add ${book} to the cart` }).click();
  await page.getByRole('button', { name: `One more of ${book}` }).click();
  await page.getByRole('button', { name: `Add ${course} to the cart` }).click();
  await expect(page.getByRole('complementary', { name: 'Your cart' })).toContainText('3 things in your cart · €248.00');
  await page.getByRole('link', { name: 'Go to checkout' }).click();

  await expect(page.getByLabel('Street and number')).toHaveValue('Lindenweg 3');
  await expect(page.getByRole('region', { name: 'Your order' })).toContainText('of which VAT 7 %€4.51');
  await page.getByLabel('Town or city').fill('');
  await payButton(page).click();
  await expect(page.getByText('Enter the town or city')).toBeVisible();
  expect(await ordersOf(context)).toEqual([]);
  await page.getByLabel('Town or city').fill('Potsdam');
  await typeCard(page, cards.good);
  await keepCard(page);
  await expect(payButton(page)).toHaveText('Pay €248.00');
  await payButton(page).click();

  await expect(thanks(page)).toBeVisible(patient);
  const receipt = page.getByRole('region', { name: 'Receipt' });
  await expect(receipt).toContainText('Visa ••4242');
  await expect(receipt).toContainText('Lindenweg 3, 10115 Potsdam');
  await expect(receipt).toContainText('Being packed');
  await expect(page.getByRole('link', { name: /^Cart/ })).toHaveCount(0);
  await expect.poll(() => cartOf(context)).toEqual([]);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download Receipt REC-/ }).click();
  expect((await download).suggestedFilename()).toMatch(/\.pdf$/);

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const [order] = await ordersOf(context);
  const sent = await staff.request.post(`/api/v1/orders/${order.id}/shipments/handed-over`);
  expect(sent.status()).toBe(200);
  await staff.close();
  await page.reload();
  await expect(page.getByText('Your parcel is on its way.')).toBeVisible();

  // The next time the kept card is there.
  await putInCart(context, course);
  await page.goto('/checkout');
  await expect(page.getByRole('radio', { name: /Visa ••4242/ })).toBeChecked();
  await payButton(page).click();
  await expect(thanks(page)).toBeVisible(patient);
  await page.getByRole('link', { name: 'Your orders' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: course }).first()).toContainText('Completed');
});

for (const [kind, words] of [
  ['declined', /bank refused the card/],
  ['noMoney', /not enough money on the card/],
  ['expired', /card has expired/],
  ['wrongCode', /security code was not right/],
] as const) {
  test(`a card that is refused (${kind}) says why, keeps the cart, and the next try works`, async ({
    page,
    context,
  }) => {
    await aBuyer(context);
    await putInCart(context, course);
    await page.goto('/checkout');
    await typeCard(page, cards[kind]);
    await payButton(page).click();
    await expect(page.getByRole('alert').filter({ hasText: words })).toContainText('Nothing was charged');
    expect(await cartOf(context)).toHaveLength(1);
    await page.getByRole('link', { name: 'Back to the checkout' }).click();
    await typeCard(page, cards.good);
    await keepCard(page);
    await payButton(page).click();
    await expect(thanks(page)).toBeVisible(patient);
    await expect.poll(() => cartOf(context)).toEqual([]);
    await expect.poll(async () => (await (await context.request.get('/api/v1/cards')).json()).data.length).toBe(1);
  });
}

test('the bank asks: a reload in the middle, approved, and the order is made', async ({ page, context }) => {
  await aBuyer(context);
  await putInCart(context, book);
  await page.goto('/checkout');
  await typeCard(page, cards.asksBank);
  await payButton(page).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page).toHaveURL(/\/orders\//, patient);
  await expect(thanks(page)).toBeVisible(patient);
  expect(await ordersOf(context)).toHaveLength(1);
});

test('the bank asks: refused, and nothing is ordered', async ({ page, context }) => {
  await aBuyer(context);
  await putInCart(context, book);
  await page.goto('/checkout');
  await typeCard(page, cards.asksBank);
  await payButton(page).click();
  await page.getByRole('button', { name: 'Fail' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'not confirmed with your bank' })).toBeVisible();
  expect(await cartOf(context)).toHaveLength(1);
});

test('who turns back from the bank finds the order, and calls it off', async ({ page, context }) => {
  test.slow();
  await aBuyer(context);
  await putInCart(context, book);
  await page.goto('/checkout');
  await typeCard(page, cards.asksBank);
  await payButton(page).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await page.goto('/checkout');
  await expect(page.getByText(/Order O-\d+ is under way/)).toBeVisible();
  await page.getByRole('link', { name: 'See how far it has got' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Your bank has a question' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Go to your bank' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Call the order off' }).click();
  await expect(page.getByRole('link', { name: 'Back to the checkout' })).toBeVisible(patient);
  expect((await ordersOf(context))[0]).toMatchObject({ status: 'failed', failure: { code: 'canceled' } });
});

/** Presses "Pay": the order arrives, and its answer does not. */
async function payWithoutAnswer(page: Page): Promise<void> {
  await page.route('**/api/v1/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await payButton(page).click();
  await expect(page.getByText('We do not know yet whether your order arrived')).toBeVisible();
  await page.unroute('**/api/v1/orders');
}

test('a reload while the answer is on its way finds the order that was made', async ({ page, context }) => {
  await aBuyer(context);
  await putInCart(context, course);
  await page.goto('/checkout');
  await typeCard(page, cards.good);
  await payWithoutAnswer(page);
  await page.reload();
  await expect(page).toHaveURL(/\/orders\//);
  await expect(thanks(page)).toBeVisible(patient);
  expect(await ordersOf(context)).toHaveLength(1);
});

test('pressing again after a lost answer makes no second order', async ({ page, context }) => {
  await aBuyer(context);
  await putInCart(context, course);
  await page.goto('/checkout');
  await typeCard(page, cards.good);
  await payWithoutAnswer(page);
  await payButton(page).click();
  await expect(thanks(page)).toBeVisible(patient);
  expect(await ordersOf(context)).toHaveLength(1);
});

test('reloading the page of an order while it is made shows the same order, until it is done', async ({
  page,
  context,
  request,
}) => {
  test.slow();
  await aBuyer(context);
  await putInCart(context, course);
  await page.goto('/checkout');
  await typeCard(page, cards.good);
  // Out of reach from the moment that the order is sent: the card has its token by then.
  await page.route('**/api/v1/orders', async (route) => {
    if (route.request().method() === 'POST') await setFault(request, 'gateway', 'refuse');
    await route.continue();
  });
  await payButton(page).click();
  await expect(page).toHaveURL(/\/orders\//);
  const url = page.url();
  await page.reload();
  await expect(page.getByRole('list').filter({ hasText: 'Paying' })).toBeVisible();
  await expectAccessible(page);
  await clearFaults(request);
  await expect(thanks(page)).toBeVisible({ timeout: 90_000 });
  expect(page.url()).toBe(url);
});

test('what was sold out meanwhile is said at the checkout, and nothing is charged', async ({ page, context }) => {
  await aBuyer(context);
  const { data } = await (await context.request.get('/api/v1/products?limit=200')).json();
  const gone = data.find((one: { stock: { available: number } | null }) => one.stock?.available === 0);
  await context.request.put('/api/v1/cart', { data: { items: [{ productId: gone.id, quantity: 1 }] } });
  await page.goto('/checkout');
  await expect(page.getByRole('alert').filter({ hasText: 'is sold out' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Pay|^Order$/ })).toBeDisabled();
  await page.getByRole('button', { name: `Remove ${gone.name}` }).click();
  await expect(page.getByText('Your cart is empty')).toBeVisible();
});

test('with the keyboard alone', async ({ page, context }) => {
  await aBuyer(context);
  await page.goto('/shop');
  const add = page.getByRole('button', { name: `Add ${course} to the cart` });
  await add.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `Remove ${course}` })).toBeFocused();
  await page.getByRole('link', { name: 'Go to checkout' }).focus();
  await page.keyboard.press('Enter');
  await payButton(page).waitFor();
  const frame = page.frameLocator('iframe[title="Card details"]');
  await frame.getByLabel('Card number').waitFor();
  await page.getByRole('button', { name: `Remove ${course}` }).focus();
  const inFrame = () => frame.getByLabel('Card number').evaluate((field) => field === document.activeElement);
  await expect(async () => {
    await page.keyboard.press('Tab');
    expect(await inFrame()).toBe(true);
  }).toPass({ intervals: [50] });
  await page.keyboard.type(cards.good);
  await page.keyboard.press('Tab');
  await page.keyboard.type('1234');
  await page.keyboard.press('Tab');
  await page.keyboard.type('123');
  // Enter in the frame presses the button of our page.
  await page.keyboard.press('Enter');
  await expect(thanks(page)).toBeVisible(patient);
});

test('joining goes on into the checkout: the plan that was chosen is paid', async ({ page, request }) => {
  test.slow();
  const familyName = `Join${unique()}`;
  const email = `${familyName.toLowerCase()}@example.org`;
  const plans = await (await request.get('/api/v1/plans')).json();
  const data = { givenName: 'Jo', familyName, email, password, planId: plans.data[1].id };
  expect((await request.post('/api/v1/members', { data })).status()).toBe(201);
  await page.goto(await linkFromMail(request, email, /confirm/i));
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await page.getByRole('link', { name: 'Go on and pay' }).click();
  await expect(page.getByRole('region', { name: 'What' })).toContainText('Professional membership');
  await expect(page).toHaveURL(/\/checkout$/);
  await typeCard(page, cards.good);
  await payButton(page).click();
  await expect(thanks(page)).toBeVisible(patient);
  await expect(async () => {
    await page.goto('/');
    await expect(page.getByRole('region', { name: 'Membership' })).toContainText('Active', { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
});

test('the home page of somebody who has not paid leads to the checkout', async ({ page, context }) => {
  await aBuyer(context);
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Finish joining' })).toBeVisible();
  await page.getByRole('link', { name: 'Pay €129.00' }).click();
  await expect(payButton(page)).toHaveText('Pay €129.00');
});

test('renews from the link in the mail, without signing in: opening it spends nothing, a refused card may be tried again', async ({
  page,
  context,
  browser,
  request,
}) => {
  test.slow();
  const member = await browser.newContext();
  const { email, id } = await aBuyer(member);
  const { data: plans } = await (await member.request.get('/api/v1/plans')).json();
  const items = [{ planId: plans[1].id, quantity: 1 }];
  await member.request.post('/api/v1/orders', { data: { items, paymentMethod: 'pm_card_visa' } });
  const paidUntil = async () =>
    (await (await member.request.get('/api/v1/memberships?memberId=me')).json()).data[0]?.paidUntil;
  await expect.poll(paidUntil, { timeout: 30_000 }).toBeTruthy();
  const before: string = await paidUntil();
  // Eleven months go by.
  await inRecords((sql) => sql`update memberships set next_step_on = current_date where member_id = ${id}`);
  await runTask('membership-steps');
  let link = '';
  await expect(async () => {
    const texts = (await mailsTo(request, email)).map(({ text }) => text).join();
    link = /https?:\/\/\S+\/renew\?token=\S+/.exec(texts)?.[0] ?? '';
    expect(link).not.toBe('');
  }).toPass({ timeout: 30_000 });

  await page.goto(link);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Renew your membership' })).toBeVisible();
  expect(await paidUntil()).toBe(before);
  expect(await context.cookies()).not.toContainEqual(
    expect.objectContaining({ name: expect.stringMatching(/session/) }),
  );
  await expectAccessible(page);
  await typeCard(page, cards.declined);
  await payButton(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Not paid yet' })).toBeVisible(patient);
  await typeCard(page, cards.good);
  await payButton(page).click();
  await expect(page.getByRole('heading', { name: 'Your membership is renewed' })).toBeVisible({ timeout: 30_000 });
  await expect.poll(paidUntil, patient).toBe(before.replace(/^\d+/, (year) => String(Number(year) + 1)));
  await page.reload();
  await expect(page.getByRole('button', { name: /^Pay/ })).toHaveCount(0);
  await member.close();
});

test('the card’s number is nowhere but at the payment service', async ({ page, context }) => {
  await aBuyer(context);
  await putInCart(context, course);
  const heard: string[] = [];
  page.on('request', (request) => {
    const said = `${request.url()} ${request.postData() ?? ''}`.replace(/[\s+]|%20/g, '');
    if (said.includes(cards.good)) heard.push(new URL(request.url()).origin);
  });
  await page.goto('/checkout');
  await typeCard(page, cards.good);
  await payButton(page).click();
  await expect(thanks(page)).toBeVisible(patient);
  expect(heard.length).toBeGreaterThan(0);
  expect(heard).not.toContain(new URL(page.url()).origin);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept.replace(/\D/g, '')).not.toContain(cards.good);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page of buying, ${colorScheme}, on a phone and on a desk`, async ({ page, context }) => {
    test.slow();
    await aBuyer(context);
    await putInCart(context, book);
    await page.goto('/checkout');
    await typeCard(page, cards.declined);
    await payButton(page).click();
    await expect(page.getByRole('link', { name: 'Back to the checkout' })).toBeVisible();
    const failed = new URL(page.url()).pathname;
    await page.goto('/checkout');
    await typeCard(page, cards.good);
    await payButton(page).click();
    await expect(thanks(page)).toBeVisible(patient);
    await expect(page.getByRole('region', { name: 'Documents' })).toBeVisible();
    const completed = new URL(page.url()).pathname;
    await putInCart(context, book);
    for (const path of ['/shop', '/checkout', '/orders', failed, completed, '/checkout/return']) {
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect((await page.goto(path))?.status()).toBe(200);
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        if (path === '/checkout') {
          await expect(page.locator('iframe[data-ready="true"]')).toBeVisible();
        }
        await expectAccessible(page);
      }
    }
  });
}
