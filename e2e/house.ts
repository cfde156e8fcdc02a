import AxeBuilder from '@axe-core/playwright';
import { type APIRequestContext, type BrowserContext, test as base, expect, type Page } from '@playwright/test';

/** What every journey needs: signing in without the form, the sandbox's mailbox, and a check of each page. */

export const password = 'guildhall-demo';
export type DemoPerson = 'member' | 'staff' | 'admin' | 'auditor';

const port = Number(process.env.E2E_PORT);
export const sandboxUrl = `http://127.0.0.1:${port + 1}`;

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export async function mailsTo(request: APIRequestContext, address: string): Promise<Mail[]> {
  const response = await request.get(`${sandboxUrl}/mail/messages?to=${encodeURIComponent(address)}`);
  const body: Mail[] | { data: Mail[] } = await response.json();
  return Array.isArray(body) ? body : body.data;
}

/** The first link of the newest mail to an address whose subject fits. Waits for it. */
export async function linkFromMail(request: APIRequestContext, address: string, subject: RegExp): Promise<string> {
  let link = '';
  await expect(async () => {
    const mail = (await mailsTo(request, address)).find((one) => subject.test(one.subject));
    link = /https?:\/\/\S+(?:verify-email|reset-password)\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    expect(link).not.toBe('');
  }).toPass({ timeout: 10_000 });
  return link;
}

/** Signs in the way scripts do, and leaves the session's cookie in the context. */
export async function signIn(context: BrowserContext, email: string, secret = password): Promise<void> {
  const { csrfToken } = await (await context.request.get('/api/auth/csrf')).json();
  const response = await context.request.post('/api/auth/callback/credentials', {
    form: { csrfToken, email, password: secret, json: 'true' },
  });
  expect(response.status()).toBe(200);
}

export const signInAs = (context: BrowserContext, person: DemoPerson) => signIn(context, `${person}@guildhall.test`);

export async function setFault(request: APIRequestContext, partner: string, fault: string): Promise<void> {
  const response = await request.post(`${sandboxUrl}/faults`, { data: { partner, fault } });
  expect(response.ok()).toBe(true);
}

export async function clearFaults(request: APIRequestContext): Promise<void> {
  await request.delete(`${sandboxUrl}/faults`);
}

/** The page has taken the scheme that the device asks for, and no colour is still on its way from the one to the other. */
async function inItsColours(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const asked = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const { mantineColorScheme } = document.documentElement.dataset;
    return mantineColorScheme === undefined || mantineColorScheme === asked;
  });
  for (const frame of page.frames())
    await frame.waitForFunction(() =>
      document.getAnimations().every((one) => one.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
    );
}

/**
 * No violation of WCAG 2.2 AA that a machine can see, and nothing wider than the window. The window is made as tall as the
 * page first: what a bar at the bottom happens to cover at one scroll position is not too small a target. `except`: what
 * the machine cannot judge.
 */
export async function expectAccessible(page: Page, except?: string): Promise<void> {
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (size) await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  await inItsColours(page);
  const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']);
  if (except) axe.exclude(except);
  const { violations } = await axe.analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, 'the page scrolls sideways').toBeLessThanOrEqual(0);
  if (size) await page.setViewportSize(size);
}

/** A page must not complain: console errors, failed requests and uncaught exceptions fail the test that saw them. */
export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
      page.on('console', (message) => {
        // What the server answered 4xx is reported as an error by the browser itself; tests say which they expect.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          complaints.push(message.text());
      });
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
