import { type Browser, chromium, type Frame, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, serveHttp } from '../http.ts';
import { type Sandbox, startSandbox } from '../start.ts';

type Message = { from?: string; to?: string; type: string; [detail: string]: unknown };

let sandbox: Sandbox;
let shop: Listening;
let origin: string;
let browser: Browser;
let page: Page;
let frame: Frame;

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
  shop = await serveHttp(0, ({ url }) => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: `<!doctype html><title>Shop</title><script>
      window.messages = [];
      addEventListener('message', ({ data, origin }) => messages.push({ ...data, origin }));
    </script><iframe title="Card" width="480" height="320" src="${url.searchParams.get('src')}"></iframe>`,
  }));
  origin = `http://127.0.0.1:${shop.port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser.close();
  await Promise.all([shop.close(), sandbox.close()]);
});
beforeEach(async () => {
  page = await browser.newPage();
});
afterEach(async () => {
  sandbox.faults.clear();
  await page.close();
});

describe('the card frame', () => {
  it('gives a token and never a number', async () => {
    const posts = bodiesSent();
    await open();
    await type({ number: '4242424242424242', expiry: '1234', cvc: '123' });
    expect(await value('number')).toBe('4242 4242 4242 4242');
    expect(await value('expiry')).toBe('12 / 34');
    expect(await message('change')).toMatchObject({ complete: true, brand: 'Visa', error: null });
    await ask({ type: 'tokenise', requestId: 'r-1' });
    const token = await message('tokenised');
    expect(token).toEqual({
      from: 'card-frame',
      type: 'tokenised',
      requestId: 'r-1',
      paymentMethodId: expect.stringMatching(/^pm_/),
      card: { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2034 },
      origin: sandbox.urls.gateway,
    });
    const said = JSON.stringify(await messages());
    expect(said).toContain('height');
    expect(said.replace(/\D/g, '')).not.toContain('42424242');
    // The one place that hears it is the gateway itself.
    expect(posts()).toEqual([`${sandbox.urls.gateway}/v1/payment_methods`]);
    const headers = { authorization: `Bearer ${sandbox.credentials.gateway.secretKey}` };
    const url = `${sandbox.urls.gateway}/v1/payment_methods/${token.paymentMethodId}`;
    const kept = await (await fetch(url, { headers })).text();
    expect(JSON.parse(kept)).toMatchObject({ card: { last4: '4242', exp_year: 2034 } });
    expect(kept).not.toContain('4242424242424242');
  });

  it('says what is wrong, field by field, and marks the field', async () => {
    await open();
    await type({ number: '4242424242424241', expiry: '1319', cvc: '12' });
    await frame.locator('#number').focus();
    expect(await error('number')).toBe('Your card number is incorrect.');
    expect(await error('expiry')).toBe('The month must be from 01 to 12.');
    expect(await error('cvc')).toBe('The security code is incomplete.');
    expect(await frame.locator('#number').getAttribute('aria-invalid')).toBe('true');
    expect(await message('change')).toMatchObject({ complete: false, error: 'Your card number is incorrect.' });
    await frame.locator('#number').fill('');
    await type({ number: '378282246310005', expiry: '0120', cvc: '1234' });
    expect(await value('number')).toBe('3782 822463 10005');
    expect(await error('number')).toBe('');
    expect(await error('expiry')).toBe('Your card has expired.');
    await ask({ type: 'tokenise', requestId: 'r-2' });
    expect(await message('failed')).toMatchObject({ requestId: 'r-2', error: { code: 'incomplete' } });
    expect(await frame.locator('#expiry').evaluate((input) => input === document.activeElement)).toBe(true);
  });

  it('shows what the gateway says to a card, and keeps working when it is out of reach', async () => {
    await open();
    await type({ number: '4111111111111111', expiry: '1234', cvc: '123' });
    await ask({ type: 'tokenise', requestId: 'r-3' });
    expect(await message('failed')).toMatchObject({ error: { code: 'card_declined' } });
    expect(await error('number')).toContain('non test card');
    await frame.locator('#number').fill('');
    await type({ number: '5555555555554444' });
    sandbox.faults.set({ partner: 'gateway', fault: 'cut' });
    await ask({ type: 'tokenise', requestId: 'r-4' });
    await expect.poll(async () => (await message('failed')).error).toMatchObject({ code: 'unavailable' });
    sandbox.faults.clear();
    await ask({ type: 'tokenise', requestId: 'r-5' });
    expect(await message('tokenised')).toMatchObject({ requestId: 'r-5', card: { brand: 'mastercard' } });
  });

  it('listens to its parent alone', async () => {
    await open();
    await type({ number: '4242424242424242', expiry: '1234', cvc: '123' });
    // Sent by the frame's own window: the origin and the source are wrong.
    await frame.evaluate(() => window.postMessage({ to: 'card-frame', type: 'clear' }, '*'));
    await ask({ type: 'tokenise', requestId: 'r-6' });
    expect(await message('tokenised')).toMatchObject({ requestId: 'r-6' });
  });

  it('does not speak to a page of another origin', async () => {
    await open({ parent: 'https://shop.example' });
    expect(page.frames()[1]?.url()).not.toContain('/frame');
    expect(await messages()).toEqual([]);
  });

  it('works by keyboard, follows the theme and obeys', async () => {
    await open({ theme: 'dark' });
    const scheme = () => frame.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(await scheme()).toBe('dark');
    await ask({ type: 'theme', theme: 'light' });
    await expect.poll(scheme).toBe('light');
    await ask({ type: 'focus' });
    await expect.poll(async () => (await message('focus')).field).toBe('number');
    await page.keyboard.type('4242424242424242');
    await page.keyboard.press('Tab');
    await page.keyboard.type('5 30');
    await page.keyboard.press('Tab');
    await page.keyboard.type('123');
    expect(await value('expiry')).toBe('05 / 30');
    await page.keyboard.press('Enter');
    expect(await message('submit')).toBeTruthy();
    await ask({ type: 'disable', disabled: true });
    await expect.poll(() => frame.locator('#cvc').isDisabled()).toBe(true);
    await ask({ type: 'clear' });
    await expect.poll(() => value('number')).toBe('');
    await expect.poll(() => message('change')).toMatchObject({ empty: true, complete: false, brand: null });
  });

  it.each([
    [{ parent: '' }, 400],
    [{ parent: 'javascript:alert(1)' }, 400],
    [{ key: 'pk_test_other' }, 401],
  ])('refuses %j', async (wrong, status) => {
    expect((await fetch(frameUrl(wrong))).status).toBe(status);
  });
});

describe('the bank’s page', () => {
  it.each([
    ['Approve', 'succeeded'],
    ['Fail', 'failed'],
  ])('%s leads back to the shop, also within a frame', async (button, redirectStatus) => {
    const url = await waitingPayment();
    await page.goto(`${origin}/?src=${encodeURIComponent(url)}`);
    await page.frameLocator('iframe').getByRole('button', { name: button }).click();
    await expect.poll(() => page.frames()[1]?.url()).toContain(`redirect_status=${redirectStatus}`);
    expect(page.frames()[1]?.url()).toContain(`${origin}/return?payment_intent=pi_`);
    await page.goto(url);
    await page.getByRole('heading', { name: 'Already answered' }).waitFor();
    await page.getByRole('link', { name: 'Back to the shop' }).click();
    await page.waitForURL(`${origin}/return?payment_intent=pi_*redirect_status=${redirectStatus}`);
  });
});

function frameUrl({ parent = origin, theme = '', key = sandbox.credentials.gateway.publishableKey } = {}): string {
  return `${sandbox.urls.gateway}/frame?${new URLSearchParams({ publishable_key: key, parent, theme })}`;
}

async function open(options: { parent?: string; theme?: string } = {}): Promise<void> {
  await page.goto(`${origin}/?src=${encodeURIComponent(frameUrl(options))}`);
  const inner = page.frames()[1];
  if (!inner) throw new Error('no frame');
  frame = inner;
  if (!options.parent) await message('ready');
}

async function type(values: Record<string, string>): Promise<void> {
  for (const [name, typed] of Object.entries(values)) await frame.locator(`#${name}`).pressSequentially(typed);
}

const value = (name: string) => frame.locator(`#${name}`).inputValue();
const error = async (name: string) => (await frame.locator(`#${name}-error`).textContent()) ?? '';
const messages = (): Promise<Message[]> => page.evaluate('messages');

/** The last message of a type, waited for. */
async function message(type: string): Promise<Message> {
  await page.waitForFunction(
    (wanted) => (Reflect.get(window, 'messages') as Message[]).some((one) => one.type === wanted),
    type,
  );
  const last = (await messages()).findLast((one) => one.type === type);
  if (!last) throw new Error(`no ${type}`);
  return last;
}

async function ask(asked: Message): Promise<void> {
  await page.evaluate((sent) => document.querySelector('iframe')?.contentWindow?.postMessage(sent, '*'), {
    ...asked,
    to: 'card-frame',
  });
}

/** Addresses to which the browser has sent the number. */
function bodiesSent(): () => string[] {
  const urls: string[] = [];
  page.on('request', (request) => {
    const sent = `${request.url()} ${request.postData() ?? ''}`;
    if (sent.includes('4242424242424242')) urls.push(request.url());
  });
  return () => urls;
}

async function waitingPayment(): Promise<string> {
  const answer = await fetch(`${sandbox.urls.gateway}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.credentials.gateway.secretKey}` },
    body: new URLSearchParams({
      amount: '1000',
      currency: 'eur',
      confirm: 'true',
      payment_method: 'pm_card_authenticationRequired',
      return_url: `${origin}/return`,
    }),
  });
  const intent = (await answer.json()) as { next_action: { redirect_to_url: { url: string } } };
  return intent.next_action.redirect_to_url.url;
}
