import { readdirSync, readFileSync } from 'node:fs';
import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { expect, expectAccessible, signIn, signInAs, test } from './house.ts';

/** An auditor's look into the trail, and the desk where members' questions arrive. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

async function joins(request: APIRequestContext, familyName: string): Promise<{ id: string; email: string }> {
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const email = `${familyName.toLowerCase()}@example.org`;
  const data = {
    givenName: 'Nora',
    familyName,
    email,
    password: 'a long enough password',
    phone: '+49 30 7654321',
    planId: plans[0].id,
  };
  const response = await request.post('/api/v1/members', { data });
  expect(response.status()).toBe(201);
  return { id: (await response.json()).id, email };
}

/** Staff change the phone number. */
async function staffChangePhone(context: BrowserContext, id: string): Promise<void> {
  await signInAs(context, 'staff');
  const response = await context.request.patch(`/api/v1/members/${id}`, { data: { phone: '+49 30 1112223' } });
  expect(response.status()).toBe(200);
}

test('an auditor finds what was changed, by whom, and sees masks; the address of an entry opens it', async ({
  page,
  context,
  request,
  browser,
}) => {
  const { id } = await joins(request, `Audit${unique()}`);
  const staff = await browser.newContext();
  await staffChangePhone(staff, id);
  await staff.close();

  await signInAs(context, 'auditor');
  await page.goto('/ops/audit');
  await page.getByLabel('Resource').fill(`member/${id}`);
  await page.getByRole('combobox', { name: 'Action' }).or(page.getByLabel('Action')).first().fill('member.update');
  await expect(page).toHaveURL(/action=member\.update/);
  const rows = page.getByRole('table', { name: 'Audit entries' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: /^Open member\.update/ }).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByRole('row', { name: /Phone/ })).toContainText('+4930***321');
  await expect(drawer.getByRole('row', { name: /Phone/ })).toContainText('+4930***223');
  await expect(page.getByText(/7654321|1112223/)).toHaveCount(0);
  await expectAccessible(page);

  // To a colleague, with a filter that does not have it.
  const entry = new URL(page.url()).searchParams.get('entry');
  await page.goto(`/ops/audit?action=client.create&entry=${entry}`);
  await expect(page.getByRole('dialog').getByRole('row', { name: /Phone/ })).toContainText('+4930***223');
  await page.goto('/ops/audit?action=audit.read');
  await expect(page.getByRole('button', { name: /^Open audit\.read/ }).first()).toBeVisible();
  await page.goto('/ops/audit?entry=0199a2c4-7b6f-7000-8000-000000000001');
  await expect(page.getByRole('dialog')).toContainText('There is no such entry');
});

test('what a member asks arrives at the help desk while it is open, is read and closed', async ({
  page,
  context,
  request,
  browser,
}) => {
  const name = `Help${unique()}`;
  const { id, email } = await joins(request, name);
  await signInAs(context, 'staff');
  await page.goto('/ops/help');
  await expect(page.getByRole('heading', { level: 1, name: 'Help requests' })).toBeVisible();

  const member = await browser.newContext();
  await signIn(member, email, 'a long enough password');
  const asking = await member.newPage();
  await asking.goto('/help');
  // The page is alive once it has read what was asked before: a choice made earlier may be taken back.
  await expect(asking.getByText('What you ask stands here')).toBeVisible();
  await asking.getByLabel('Topic').selectOption('payment');
  await asking.getByLabel('Message').fill(`When is it due? ${name}`);
  await asking.getByRole('button', { name: 'Send the message' }).click();
  await expect(asking.getByText('We have your message')).toBeVisible();
  await member.close();

  await page.getByRole('button', { name: `Open Payment, Nora ${name}` }).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText(`When is it due? ${name}`);
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Close without an answer' }).click();
  await page.getByLabel('Reason').fill('answered by phone');
  await page
    .getByRole('dialog', { name: /^Close the request of/ })
    .getByRole('button', { name: 'Close request' })
    .click();
  await expect(page.getByRole('button', { name: `Open Payment, Nora ${name}` })).toHaveCount(0);
  await page.goto(`/ops/help?status=closed&memberId=${id}`);
  await expect(page.getByRole('button', { name: `Open Payment, Nora ${name}` })).toBeVisible();
});

test('the overview follows what happens', async ({ page, context, request }) => {
  await signInAs(context, 'staff');
  await page.goto('/ops');
  await expect(page.getByRole('main').getByText('Live', { exact: true })).toBeVisible();
  const joined = page.getByRole('main').locator('dl').filter({ hasText: 'Joined' }).locator('dd').first();
  const before = Number((await joined.textContent())?.replace(/\D/g, ''));
  const started = Date.now();
  await joins(request, `Over${unique()}`);
  await expect(joined).toHaveText(String(before + 1));
  // Sooner than the clock would have it.
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('the browser’s Back asks before an edit is lost', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/');
  await page.getByRole('link', { name: 'Profile' }).first().click();
  await expect(page).toHaveURL(/\/profile$/);
  const name = page.getByLabel('Given name');
  await name.click();
  await name.pressSequentially('x');
  // What is held back never arrives.
  const back = () => page.goBack({ timeout: 2_000 }).catch(() => null);
  await back();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Stay on the page' }).click();
  await expect(page).toHaveURL(/\/profile$/);
  await expect(name).toHaveValue(/x$/);
  await back();
  await question.getByRole('button', { name: 'Leave, discard changes' }).click();
  await expect(page).toHaveURL(/\/$/);
});

/** The process that serves the pages of this run. */
function webProcess(): number {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const ours = readFileSync(`/proc/${name}/environ`, 'utf8').includes(`=${process.env.E2E_DATA_DIR}\0`);
      return ours && command.includes('server/web.ts');
    } catch {
      // It has ended, or is somebody else's.
      return false;
    }
  });
  if (!pid) throw new Error('the web process was not found');
  return Number(pid);
}

test('a server that hangs is not live: the page says since when, and goes on when it is back', async ({
  page,
  context,
}) => {
  await signInAs(context, 'staff');
  await page.goto('/ops/events');
  const states = page.getByRole('status').filter({ hasText: /^(Live|Stale)/ });
  await expect(states).toHaveText(['Live', 'Live']);
  const web = webProcess();
  process.kill(web, 'SIGSTOP');
  try {
    await expect(states).toHaveText([/^Stale since \d\d:\d\d$/, /^Stale since \d\d:\d\d$/], { timeout: 20_000 });
  } finally {
    process.kill(web, 'SIGCONT');
  }
  await expect(states).toHaveText(['Live', 'Live'], { timeout: 20_000 });
});

test('Back closes what a row has opened and stays on the list; what is opened after it is one step', async ({
  page,
  context,
}) => {
  await signInAs(context, 'auditor');
  await page.goto('/ops');
  await page.getByRole('link', { name: 'Audit' }).first().click();
  await expect(page).toHaveURL(/\/ops\/audit$/);
  await page
    .getByRole('button', { name: /^Open session\.start/ })
    .first()
    .click();
  const drawer = page.getByRole('dialog');
  await expect(drawer).toBeVisible();
  await page.goBack();
  await expect(drawer).toHaveCount(0);
  await expect(page).toHaveURL(/\/ops\/audit$/);
  await page.goForward();
  await expect(drawer).toBeVisible();
  await page.goBack();
  await expect(drawer).toHaveCount(0);
  await page
    .getByRole('button', { name: /^Open session\.start/ })
    .first()
    .click();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await expect(drawer).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(/\/ops$/);
});

test('the keys of a list: j and k move, Enter opens, x selects, ? shows them', async ({ page, context }) => {
  await signInAs(context, 'staff');
  await page.goto('/ops/members');
  const rows = page.getByRole('table', { name: 'Members' }).locator('tbody tr[data-row]');
  await expect(rows.nth(2)).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('x');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys in this list' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/ops\/members\/[0-9a-f-]{36}$/);
});

test('staff add a member by hand and act on them with a reason, which the timeline shows with their name', async ({
  page,
  context,
}) => {
  await signInAs(context, 'staff');
  const familyName = `Hand${unique()}`;
  await page.goto('/ops/members?add=1');
  const dialog = page.getByRole('dialog', { name: /Add/ });
  await dialog.getByLabel('Given name').fill('Hanna');
  await dialog.getByLabel('Family name').fill(familyName);
  await dialog.getByLabel(/E-mail/).fill(`${familyName.toLowerCase()}@example.org`);
  await dialog.getByLabel('Plan').selectOption({ index: 1 });
  await dialog.getByRole('button', { name: 'Add member' }).click();
  await expect(page).toHaveURL(/\/ops\/members\/[0-9a-f-]{36}$/);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Suspend' }).click();
  await page.getByLabel('Reason').fill('Added by mistake');
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  const entry = page
    .getByRole('list', { name: 'Timeline' })
    .getByRole('listitem')
    .filter({ hasText: 'Added by mistake' });
  await expect(entry.first()).toContainText('Sam Staff');
});

test('several members are suspended at once: a preview, one reason, a result each', async ({
  page,
  context,
  request,
}) => {
  const name = `Bulk${unique()}`;
  await joins(request, `${name}a`);
  await joins(request, `${name}b`);
  await signInAs(context, 'staff');
  await page.goto(`/ops/members?q=${name}`);
  const rows = page.getByRole('table', { name: 'Members' }).locator('tbody tr[data-row]');
  await expect(rows).toHaveCount(2);
  await page.getByRole('checkbox', { name: 'Select all rows shown' }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Suspend' }).click();
  const dialog = page.getByRole('dialog', { name: 'Suspend: 2 members' });
  await dialog.getByLabel('Reason').fill('Joined twice');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Suspend: 2 members' }).click();
  await expect(dialog.getByText('Done', { exact: true })).toHaveCount(2);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(rows.getByText('Suspended')).toHaveCount(2);
});
