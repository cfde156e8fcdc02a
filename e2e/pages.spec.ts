import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { clearFaults, type DemoPerson, expect, expectAccessible, setFault, signInAs, test } from './house.ts';

/** Every page, in light and dark, on a phone and on a desk: it opens, has one heading, and axe finds nothing. */
const pages: ReadonlyArray<{ person: DemoPerson | null; paths: string[]; status?: number }> = [
  {
    person: null,
    paths: [
      '/signin',
      '/join',
      '/forgot-password',
      '/reset-password?token=unknown-token-of-nobody',
      '/verify-email?token=unknown-token-of-nobody',
      '/renew?token=unknown-token-of-nobody',
    ],
  },
  { person: 'member', paths: ['/', '/profile', '/membership', '/notifications', '/security', '/help'] },
  {
    person: 'member',
    paths: ['/shop', '/checkout', '/orders', '/account', '/account/add', '/transfers', '/cards', '/loans'],
  },
  { person: 'staff', paths: ['/ops', '/ops/members', '/ops/events', '/ops/dead-letters', '/ops/help'] },
  { person: 'staff', paths: ['/ops/orders', '/ops/payments', '/ops/ledger', '/ops/loans', '/ops/sagas'] },
  { person: 'admin', paths: ['/ops/access'] },
  { person: 'auditor', paths: ['/ops/audit'] },
  { person: 'staff', paths: ['/ops/nothing-here'], status: 404 },
  { person: 'staff', paths: ['/ops/access'], status: 403 },
];

const widths = [
  { name: '1440 px', width: 1440, height: 900 },
  { name: '320 px', width: 320, height: 720 },
];

for (const { person, paths, status = 200 } of pages) {
  for (const path of paths) {
    test(`${person ?? 'anyone'}: ${path.split('?')[0]}${status === 200 ? '' : `, ${status}`}`, async ({
      page,
      context,
    }) => {
      if (person) await signInAs(context, person);
      await expectGood(page, path, status);
    });
  }
}

/** Pages of one thing: the first that the API lists. */
const things = [
  { list: '/api/v1/members?limit=1', page: '/ops/members' },
  { list: '/api/v1/events?limit=1&order=desc', page: '/ops/events' },
];
for (const { list, page: path } of things) {
  test(`staff: ${path}/{id}`, async ({ page, context }) => {
    await signInAs(context, 'staff');
    const { data } = await (await context.request.get(list)).json();
    await expectGood(page, `${path}/${data[0].id}`, 200);
  });
}

test('staff: /ops/dead-letters/{id}', async ({ page, context, request }) => {
  await setFault(request, 'crm', 'reject');
  try {
    const { data: plans } = await (await request.get('/api/v1/plans')).json();
    const email = `letter-${Date.now()}@example.org`;
    const joining = {
      givenName: 'Dea',
      familyName: 'Letter',
      email,
      password: 'a long enough one',
      planId: plans[0].id,
    };
    const { id } = await (await request.post('/api/v1/members', { data: joining })).json();
    await signInAs(context, 'staff');
    const letters = async () =>
      (await (await context.request.get(`/api/v1/dead-letters?memberId=${id}`)).json()).data as { id: string }[];
    await expect.poll(async () => (await letters()).length).toBeGreaterThan(0);
    await expectGood(page, `/ops/dead-letters/${(await letters())[0]?.id}`, 200);
  } finally {
    await clearFaults(request);
  }
});

test('staff: ? shows which keys there are, on a page with a list and on one without', async ({ page, context }) => {
  await signInAs(context, 'staff');
  for (const [path, title] of [
    ['/ops', 'Keys in the console'],
    ['/ops/members', 'Keys in this list'],
  ]) {
    await page.goto(path ?? '');
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: title ?? '' })).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(1);
    await expectAccessible(page);
  }
});

test('anyone: /api/docs', async ({ page }) => {
  for (const { width, height } of widths) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      expect((await page.goto('/api/docs'))?.status()).toBe(200);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      // All sections are made alike: two of them, unfolded, are enough, and are looked at in time.
      await page.evaluate(() => {
        for (const section of [...document.querySelectorAll('section')].slice(2)) section.remove();
        for (const link of document.querySelectorAll('nav li:nth-child(n + 3)')) link.remove();
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
    }
  }
});

test('staff: a member whose every word has no end', async ({ page, context, request }) => {
  await signInAs(context, 'staff');
  const word = 'Donaudampfschifffahrt'.repeat(16).slice(0, 320);
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const name = word.slice(0, 60);
  const email = `word-${Date.now()}@example.org`;
  const joining = { givenName: name, familyName: name, email, password: 'a long enough password', planId: plans[0].id };
  const joined = await request.post('/api/v1/members', { data: joining });
  expect(joined.status()).toBe(201);
  const { id } = await joined.json();
  for (const action of ['note', 'resend-verification']) {
    const acted = await context.request.post(`/api/v1/members/${id}/actions`, { data: { action, reason: word } });
    expect(acted.status()).toBe(200);
  }
  await expect(async () => {
    const { data } = await (await context.request.get(`/api/v1/members/${id}/timeline`)).json();
    expect(data.some((entry: { reason: string | null }) => entry.reason === word)).toBe(true);
  }).toPass();
  await expectGood(page, `/ops/members/${id}`, 200);
  await expectGood(page, `/ops/members?q=${name.slice(0, 20)}`, 200);
});

async function expectGood(page: Page, path: string, status: number): Promise<void> {
  for (const { width, height } of widths) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect((await page.goto(path))?.status()).toBe(status);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expectAccessible(page);
    }
  }
}
