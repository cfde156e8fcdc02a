import type { APIRequestContext } from '@playwright/test';
import { clearFaults, expect, expectAccessible, setFault, signInAs, test } from './house.ts';

/** A day in the console. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

test.afterEach(({ request }) => clearFaults(request));

interface Member {
  id: string;
  number: string;
}

async function joins(request: APIRequestContext, familyName: string): Promise<Member> {
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const response = await request.post('/api/v1/members', {
    data: {
      givenName: 'Nora',
      familyName,
      email: `${familyName.toLowerCase()}@example.org`,
      password: 'a long enough password',
      phone: '+49 30 7654321',
      planId: plans[0].id,
    },
  });
  expect(response.status()).toBe(201);
  return response.json();
}

test('finds a member, sees what happened, reveals a phone number for a reason, writes a note', async ({
  page,
  context,
  request,
  browser,
}) => {
  const name = `Find${unique()}`;
  const { number } = await joins(request, name);
  await signInAs(context, 'staff');
  await page.goto('/ops/members');
  await page
    .getByRole('searchbox')
    .or(page.getByRole('textbox', { name: /search|find/i }))
    .first()
    .fill(number);
  await page
    .getByRole('link', { name: new RegExp(name) })
    .or(page.getByRole('button', { name: new RegExp(`Open .*${name}`) }))
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: new RegExp(name) })).toBeVisible();
  await expect(page.getByText('Joined', { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/\+4930\*\*\*321/).first()).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Reveal phone' }).first().click();
  await page.getByLabel('Reason').fill('called us about a parcel');
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal phone' }).click();
  await expect(page.getByText('+49 30 7654321')).toBeVisible();

  await page.getByRole('textbox', { name: 'New note' }).fill('Prefers letters');
  await page.getByRole('form', { name: 'New note' }).getByRole('button').click();
  await expect(page.getByText('Note written by staff')).toBeVisible();

  const auditor = await browser.newContext();
  await signInAs(auditor, 'auditor');
  const { data } = await (await auditor.request.get('/api/v1/audit?action=member.reveal&limit=1')).json();
  expect(data[0]).toMatchObject({ action: 'member.reveal', reason: 'called us about a parcel' });
  await auditor.close();
});

test('watches a member change while the page is open', async ({ page, context, request }) => {
  const { id } = await joins(request, `Live${unique()}`);
  await signInAs(context, 'staff');
  await page.goto(`/ops/members/${id}`);
  await expect(page.getByText('Joined', { exact: true }).first()).toBeVisible();
  const origin = new URL(page.url()).origin;
  const response = await context.request.post(`/api/v1/members/${id}/actions`, {
    data: { action: 'suspend', reason: 'a complaint is looked into' },
    headers: { origin },
  });
  expect(response.status()).toBe(200);
  await expect(page.getByText(/pending to suspended/)).toBeVisible();
});

test('a refused record becomes a dead letter, is found by its cause, and is redriven', async ({
  page,
  context,
  request,
}) => {
  await setFault(request, 'crm', 'reject');
  const { id } = await joins(request, `Dead${unique()}`);
  await signInAs(context, 'staff');
  await expect
    .poll(async () => (await (await context.request.get(`/api/v1/dead-letters?memberId=${id}`)).json()).data.length)
    .toBeGreaterThan(0);
  await page.goto('/ops');
  await expect(page.getByText(/dead letter/i).first()).toBeVisible();
  await page.goto('/ops/dead-letters');
  await expect(page.getByText('sync-crm').first()).toBeVisible();
  await expectAccessible(page);

  await clearFaults(request);
  const { data } = await (await context.request.get(`/api/v1/dead-letters?memberId=${id}`)).json();
  await page.goto(`/ops/dead-letters/${data[0].id}`);
  await page.getByRole('button', { name: /^Redrive/ }).click();
  await expect
    .poll(
      async () => {
        const overview = await (await context.request.get(`/api/v1/members/${id}/overview`)).json();
        return overview.sources.crm.data !== null;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
});

test('the live tail shows an event as it happens and opens it', async ({ page, context, request }) => {
  await signInAs(context, 'staff');
  await page.goto('/ops/events?type=member.registered');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const { id } = await joins(request, `Tail${unique()}`);
  await expect(page.getByText(`member-${id}`).first()).toBeVisible();
});

test('⌘K finds a member by number', async ({ page, context, request }) => {
  const name = `Key${unique()}`;
  const { number } = await joins(request, name);
  await signInAs(context, 'staff');
  await page.goto('/ops');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect
    .poll(async () => (await (await context.request.get(`/api/v1/members?q=${number}`)).json()).data.length)
    .toBe(1);
  await page.keyboard.press('Control+k');
  await page
    .getByRole('textbox', { name: 'Search everything' })
    .or(page.getByRole('searchbox', { name: 'Search everything' }))
    .or(page.getByRole('combobox', { name: 'Search everything' }))
    .first()
    .fill(number);
  await expect(page.getByText(new RegExp(name)).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/ops\/members\//);
});

test('a page that one may not open says which permission it needs', async ({ page, context }) => {
  await signInAs(context, 'staff');
  const response = await page.goto('/ops/access');
  expect(response?.status()).toBe(403);
  await expect(page.getByText('access:manage')).toBeVisible();
});

test('a member who is no colleague does not see the console', async ({ page, context }) => {
  await signInAs(context, 'member');
  const response = await page.goto('/ops');
  expect(response?.status()).toBe(403);
});

test('an admin makes an API client, whose secret is shown once and works', async ({ page, context, request }) => {
  await signInAs(context, 'admin');
  await page.goto('/ops/access');
  await page
    .getByRole('tab', { name: /client/i })
    .or(page.getByRole('link', { name: /client/i }))
    .or(page.getByRole('radio', { name: /client/i }))
    .first()
    .click();
  await page
    .getByRole('button', { name: /Add API client/ })
    .first()
    .click();
  const id = `learning-${unique()}`.slice(0, 30);
  await page.getByLabel('Client id').fill(id);
  await page.getByLabel('Name').fill('Learning platform');
  await page.getByRole('checkbox', { name: /read:status/ }).check();
  await page
    .getByRole('form', { name: 'Add API client' })
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: /Add|Create|Make/ })
    .last()
    .click();
  await expect(page.getByText(/copy the secret now/i)).toBeVisible();
  const secret =
    (await page
      .getByRole('region', { name: `Secret of ${id}` })
      .locator('span')
      .first()
      .textContent()) ?? '';
  const token = await request.post('/api/oauth/token', {
    form: { grant_type: 'client_credentials', client_id: id, client_secret: secret },
  });
  expect(token.status()).toBe(200);
});
