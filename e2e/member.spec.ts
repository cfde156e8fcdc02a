import {
  clearFaults,
  expect,
  expectAccessible,
  linkFromMail,
  mailsTo,
  sandboxUrl,
  setFault,
  signIn,
  signInAs,
  test,
} from './house.ts';

/** A member's way in, and what follows from it. */

const unique = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

test.afterEach(({ request }) => clearFaults(request));

test('joins, verifies the address, signs in, edits the profile; staff see it, partners have it', async ({
  page,
  browser,
  request,
}) => {
  const name = `Join${unique()}`;
  const email = `${name.toLowerCase()}@example.org`;

  await page.goto('/join');
  await page.getByRole('radio', { name: /Professional/ }).check();
  await page.getByLabel('Given name').fill('Maren');
  await page.getByLabel('Family name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: /Join/ }).click();
  await expect(page.getByText(/check your mail/i)).toBeVisible();
  expect(page.url()).not.toContain(name.toLowerCase());
  await page.reload();
  await expect(page.getByText(/check your mail/i)).toBeVisible();
  await expect(page.getByText(email)).toBeVisible();

  await page.goto(await linkFromMail(request, email, /confirm/i));
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByText(/is confirmed/i).first()).toBeVisible();
  await page.getByRole('link', { name: 'Go to your membership' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Maren');

  await page.goto('/profile');
  await page.getByLabel('Family name').fill(`${name}-Changed`);
  await page.getByRole('button', { name: /Save/ }).click();
  await expect(page.getByText(/saved/i).first()).toBeVisible();

  await expect(async () => {
    const contacts = await (await request.get(`${sandboxUrl}/crm/contacts?q=${name}`)).text();
    expect(contacts).toContain(`${name}-Changed`);
    expect((await mailsTo(request, email)).map((mail) => mail.subject)).toEqual(
      expect.arrayContaining([expect.stringMatching(/changed/i), expect.stringMatching(/welcome/i)]),
    );
  }).toPass({ timeout: 10_000 });

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const console_ = await staff.newPage();
  await console_.goto(`/ops/members?q=${name}`);
  await expect(console_.getByText(`${name}-Changed`).first()).toBeVisible();
  await staff.close();
});

test('a wrong password says no in words, and nothing else', async ({ page }) => {
  await page.goto('/signin');
  await page.getByLabel('E-mail').fill('member@guildhall.test');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const words = page.getByText('E-mail or password is not right');
  await expect(words).toBeVisible();
  // Nor is it taken for a session that has ended, once it is known that nobody is signed in.
  expect(await page.evaluate(async () => (await fetch('/api/v1/me')).status)).toBe(401);
  await expect(page.locator('html')).not.toHaveAttribute('data-covered');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(words).toBeVisible();
  await expect(page).toHaveURL(/signin/);
});

test('the plan that a link names is chosen; an e-mail that is taken offers to sign in or to reset', async ({
  page,
}) => {
  await page.goto('/join?plan=student');
  await expect(page.getByRole('radio', { name: /Student/ })).toBeChecked();
  await page.getByLabel('Given name').fill('Ada');
  await page.getByLabel('Family name').fill('Again');
  await page.getByLabel('E-mail').fill('member@guildhall.test');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: /Join/ }).click();
  await expect(page.getByRole('link', { name: /sign in/i }).last()).toBeVisible();
  await expect(page.getByRole('link', { name: /reset|new password|forgot/i }).first()).toBeVisible();
});

test('an edit made elsewhere meanwhile is shown as a conflict and loses neither', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/profile');
  const city = page.getByLabel(/^(Town|City|Town or city)/);
  await expect(city).not.toHaveValue('');
  const { version } = await (await context.request.get('/api/v1/members/me')).json();
  const theirs = `Else${unique()}`;
  const response = await context.request.patch('/api/v1/members/me', {
    data: { givenName: theirs },
    headers: { 'if-match': `"${version}"`, origin: new URL(page.url()).origin },
  });
  expect(response.status()).toBe(200);
  await page.getByLabel('Given name').fill('Mine');
  await page.getByRole('button', { name: /Save/ }).click();
  await expect(page.getByRole('dialog')).toContainText(theirs);
  await expect(page.getByRole('dialog')).toContainText('Mine');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expectAccessible(page);
    }
  }
  await context.request.patch('/api/v1/members/me', {
    data: { givenName: 'Ada' },
    headers: { origin: new URL(page.url()).origin },
  });
});

test('a notification arrives while the page is open', async ({ page, context }) => {
  await signInAs(context, 'member');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const bell = page.getByRole('banner').getByRole('link', { name: /^Notifications/ });
  const before = await bell.getAttribute('aria-label');
  await context.request.patch('/api/v1/members/me', {
    data: { phone: `+49 30 ${Math.floor(1e6 + Math.random() * 8e6)}` },
    headers: { origin: new URL(page.url()).origin },
  });
  await expect.poll(() => bell.getAttribute('aria-label')).not.toBe(before);
});

test('ending another session signs that device out at once', async ({ page, context, browser }) => {
  const other = await browser.newContext();
  await signInAs(other, 'member');
  const otherPage = await other.newPage();
  await otherPage.clock.install();
  await otherPage.goto('/profile');
  const given = otherPage.getByLabel('Given name');
  const before = await given.inputValue();
  const idle = await other.newPage();
  await idle.goto('/profile');
  // What is taken back is not there to be lost.
  await idle.getByLabel('Given name').fill('Taken back');
  await expect(idle.getByText('Not saved yet')).toBeVisible();
  await idle.getByLabel('Given name').fill(before);
  await expect(idle.getByText('Not saved yet')).toBeHidden();
  const cut = await other.newPage();
  await cut.goto('/profile');
  await expect(cut.getByLabel('Given name')).toHaveValue(before);
  await cut.route('**/_next/static/**', (route) => route.abort());
  await cut.getByLabel('Given name').fill('Not saved either');
  await expect(cut.getByText('Not saved yet')).toBeVisible();
  // Pages that nobody sees do not listen.
  await otherPage.bringToFront();
  const coverLoaded = otherPage.waitForResponse(/\/_next\/static\/.+\.js/);
  await given.fill('Not saved');
  await expect(otherPage.getByText('Not saved yet')).toBeVisible();
  await coverLoaded;

  await signInAs(context, 'member');
  await page.goto('/security');
  // From here on a cover has to be there already.
  await otherPage.route('**/_next/static/**', (route) => route.abort());
  await page.getByRole('button', { name: /sign out (all|every)|all other/i }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: /sign out/i });
  if (await confirm.isVisible().catch(() => false)) await confirm.click();
  // Nobody touches the other device: its pages go by themselves, and say why.
  await expect(idle).toHaveURL(/signin/);
  await expect(idle.getByText('You were signed out on this device')).toBeVisible();
  await expectAccessible(idle);
  expect((await other.request.get('/api/v1/me')).status()).toBe(401);

  // What somebody has typed is not thrown away: it is out of sight until they are back.
  const cover = otherPage.getByRole('alertdialog', { name: 'You were signed out on this device' });
  await expect(cover).toBeVisible();
  await expect(given).toBeHidden();
  await expectAccessible(otherPage);
  await cover.getByRole('button', { name: 'Go on' }).click();
  await expect(cover).toContainText('Nobody is signed in yet.');
  await signInAs(other, 'staff');
  await cover.getByRole('button', { name: 'Go on' }).click();
  await expect(cover).toContainText('Somebody else is signed in now');
  // However old what the page knows has become: under the cover nothing is read for somebody else.
  const read: string[] = [];
  otherPage.on('request', (request) => read.push(new URL(request.url()).pathname));
  await otherPage.clock.fastForward('06:00');
  await otherPage.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
  for (let press = 0; press < 3; press += 1) {
    const answered = otherPage.waitForResponse('**/api/v1/me');
    await cover.getByRole('button', { name: 'Go on' }).click();
    await answered;
    await expect(cover).toContainText('Somebody else is signed in now');
  }
  await expect(given).toBeHidden();
  expect(new Set(read.filter((path) => path.startsWith('/api/')))).toEqual(new Set(['/api/v1/me']));
  await signInAs(other, 'member');
  await cover.getByRole('button', { name: 'Go on' }).click();
  await expect(cover).toHaveCount(0);
  await expect(given).toHaveValue('Not saved');
  await otherPage.getByRole('button', { name: 'Save changes' }).click();
  await expect(otherPage.getByText('Saved', { exact: true })).toBeVisible();
  await given.fill(before);
  await otherPage.getByRole('button', { name: 'Save changes' }).click();
  await expect(otherPage.getByText('Saved', { exact: true })).toBeVisible();

  // The cover itself could not be loaded: plain words stand there, until it can.
  const plain = cut.getByRole('alertdialog', { name: 'You were signed out on this device' });
  await expect(plain.getByRole('link', { name: 'Sign in again' })).toBeVisible();
  await expect(cut.getByLabel('Given name')).toBeHidden();
  await cut.unroute('**/_next/static/**');
  await cut.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await plain.getByRole('button', { name: 'Go on' }).click();
  await expect(cut.getByLabel('Given name')).toHaveValue('Not saved either');
  await other.close();
});

test('what is typed, chosen or sent before the page is alive counts', async ({ page, context }) => {
  const early = async (path: string, act: () => Promise<void>) => {
    let open = false;
    const held: (() => Promise<void>)[] = [];
    await page.route('**/_next/static/**/*.js', async (route) => {
      if (open) return route.continue();
      held.push(() => route.continue());
    });
    await page.goto(path, { waitUntil: 'commit' });
    await act();
    open = true;
    for (const go of held) await go();
    await page.unroute('**/_next/static/**/*.js');
  };

  await early('/signin', async () => {
    await page.getByLabel('E-mail').fill('member@guildhall.test');
    await page.getByLabel('Password', { exact: true }).fill('guildhall-demo');
    await page.getByLabel('Password', { exact: true }).press('Enter');
  });
  await expect(page.getByRole('heading', { level: 1, name: /Ada/ })).toBeVisible();

  await signInAs(context, 'member');
  await early('/help', async () => {
    await page.getByLabel('Topic').selectOption('payment');
    await page.getByLabel('Message').fill('Typed early');
  });
  const message = page.getByLabel('Message');
  await message.press('End');
  await message.pressSequentially(', and later');
  await expect(page.getByLabel('Topic')).toHaveValue('payment');
  await message.fill('Typed early');
  await message.fill('');

  // A part that wakes later than the page: what is sent in it waits for it, with the button that was pressed.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<form id="late"><button>One</button><button>Late</button></form>');
    document.querySelector<HTMLElement>('#late :last-child')?.click();
  });
  await page.evaluate(() => {
    document.querySelector('#late')?.addEventListener('submit', (event) => {
      event.preventDefault();
      document.body.dataset.sent = event instanceof SubmitEvent ? (event.submitter?.textContent ?? '') : '';
    });
  });
  await page.getByRole('link', { name: 'Profile', exact: true }).first().click();
  await expect(page.locator('body')).toHaveAttribute('data-sent', 'Late');
});

test('a forgotten password is set anew by the link in the mail', async ({ page, request, context }) => {
  const email = `reset${unique()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const joined = await request.post('/api/v1/members', {
    data: { givenName: 'Rea', familyName: 'Setter', email, password: 'the first password', planId: plans[0].id },
  });
  expect(joined.status()).toBe(201);
  await signIn(context, email, 'the first password');
  await page.goto('/forgot-password');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: /send/i }).click();
  await page.goto(await linkFromMail(request, email, /new password/i));
  await page
    .getByLabel(/^New password|^Password/)
    .first()
    .fill('the second password');
  await page.getByRole('button', { name: /set|save|change/i }).click();
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByText('Your password was set anew')).toBeVisible();
  await signIn(context, email, 'the second password');
});

test('joining works while the CRM is down, and the CRM catches up', async ({ request }) => {
  await setFault(request, 'crm', 'fail');
  const email = `outage${unique()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const response = await request.post('/api/v1/members', {
    data: { givenName: 'Out', familyName: 'Age', email, password: 'a long enough password', planId: plans[0].id },
  });
  expect(response.status()).toBe(201);
  await linkFromMail(request, email, /confirm/i);
  await clearFaults(request);
  await expect(async () => {
    expect(await (await request.get(`${sandboxUrl}/crm/contacts?q=${email.split('@')[0]}`)).text()).toContain(email);
  }).toPass({ timeout: 30_000 });
});

test('a save without a connection says so, keeps the edit, and goes out when it is tried again', async ({
  page,
  context,
}) => {
  await signInAs(context, 'member');
  await page.goto('/profile');
  const phone = page.getByLabel(/^Phone/);
  await expect(phone).not.toHaveValue('');
  const number = `+49 30 ${Math.floor(1e6 + Math.random() * 8e6)}`;
  await phone.fill(number);
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('No connection', { exact: true })).toBeVisible();
  await expect(phone).toHaveValue(number);
  // The menu cannot be loaded either; signing out is there all the same.
  await page.getByRole('button', { name: /^Your menu/ }).click();
  await expect(page.getByText('The menu could not be loaded.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('link', { name: 'Security and devices' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const { phone: saved } = await (await context.request.get('/api/v1/members/me')).json();
  expect(saved).toBe(number);
});

test('what is too long, or no number, is said while one types', async ({ page }) => {
  await page.goto('/join');
  const name = page.getByLabel('Family name');
  await name.fill('x'.repeat(81));
  await expect(page.getByText('1 character too many: at most 80 fit')).toBeVisible();
  await name.press('Backspace');
  await expect(page.getByText(/too many/)).toHaveCount(0);
  await page.getByRole('button', { name: /Phone, birth date and address/ }).click();
  await page.getByLabel(/^Phone/).pressSequentially('+49 30 x');
  await expect(page.getByText(/A phone number has digits/)).toBeVisible();
  await page.getByLabel(/^Date of birth/).fill('2024-01-01');
  await expect(page.getByText('Check the year')).toBeVisible();
  // Nothing is said of what was not chosen yet.
  await expect(page.getByText('Choose a plan', { exact: true })).toHaveCount(0);
});

test('a question is answered: in the portal, by mail to an address that was confirmed, and staff may leave it open', async ({
  page,
  context,
  request,
  browser,
}) => {
  const name = `Ask${unique()}`;
  const email = `${name.toLowerCase()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const secret = 'a long enough password';
  const joining = { givenName: 'Nora', familyName: name, email, password: secret, planId: plans[0].id };
  expect((await request.post('/api/v1/members', { data: joining })).status()).toBe(201);
  await page.goto(await linkFromMail(request, email, /confirm/i));
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByText(/is confirmed/i).first()).toBeVisible();
  const asked = await context.request.post('/api/v1/members/me/help-requests', {
    data: { topic: 'payment', message: 'Was I charged twice?' },
    headers: { origin: new URL(page.url()).origin },
  });
  expect(asked.status()).toBe(201);

  const staff = await browser.newContext();
  await signInAs(staff, 'staff');
  const desk = await staff.newPage();
  await desk.goto('/ops/help');
  await desk.getByRole('button', { name: `Open Payment, Nora ${name}` }).click();
  const drawer = desk.getByRole('dialog');
  await expect(drawer).toContainText(`${email[0]}***@example.org`);
  await drawer.getByRole('textbox', { name: 'Answer' }).fill('We look into it.');
  // Begun, and closed by mistake: it is still there.
  await desk.keyboard.press('Escape');
  await desk.getByRole('button', { name: `Open Payment, Nora ${name}` }).click();
  await expect(drawer.getByRole('textbox', { name: 'Answer' })).toHaveValue('We look into it.');
  await drawer.getByRole('button', { name: 'Send, keep open' }).click();
  await expect(drawer.getByText(/Answered by Sam Staff/)).toBeVisible();
  await expectAccessible(desk);
  await drawer.getByRole('textbox', { name: 'Answer' }).fill('Only once.\n\nSam');
  await drawer.getByRole('button', { name: 'Send and close' }).click();
  await expect(desk.getByRole('button', { name: `Open Payment, Nora ${name}` })).toHaveCount(0);
  await staff.close();

  await page.goto('/help');
  const questions = page.getByRole('region', { name: 'Your questions' });
  await expect(questions).toContainText('Was I charged twice?');
  await expect(questions).toContainText('We look into it.');
  await expect(questions).toContainText('Only once.');
  await expectAccessible(page);
  await expect(async () => {
    const texts = (await mailsTo(request, email)).filter(({ subject }) => /Our answer/.test(subject));
    expect(texts).toHaveLength(2);
    expect(texts.map(({ text }) => text).join()).toContain('Only once.');
  }).toPass({ timeout: 10_000 });
  await page.goto('/');
  await expect(page.getByRole('region', { name: 'Recently' })).toContainText('We answered: Payments');
});

test('a payment that came by bank transfer is recorded where it is waited for, and the membership begins', async ({
  page,
  context,
  request,
}) => {
  const name = `Bank${unique()}`;
  const email = `${name.toLowerCase()}@example.org`;
  const { data: plans } = await (await request.get('/api/v1/plans')).json();
  const joining = { givenName: 'Nora', familyName: name, email, password: 'a long enough one', planId: plans[0].id };
  const { id } = await (await request.post('/api/v1/members', { data: joining })).json();
  await signInAs(context, 'staff');
  await page.goto(`/ops/members/${id}`);
  await page.getByRole('button', { name: 'Record a payment' }).click();
  const dialog = page.getByRole('dialog', { name: /^Record a payment from / });
  await dialog.getByRole('button', { name: /^Record €/ }).click();
  await expect(dialog.getByText('Enter what the statement says')).toBeVisible();
  await dialog.getByLabel('Reference').fill('NORA 2026');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: /^Record €/ }).click();
  await expect(dialog).toHaveCount(0);
  const status = async () => (await (await context.request.get(`/api/v1/members/${id}`)).json()).status;
  await expect.poll(status, { timeout: 20_000 }).toBe('active');
  await expect(page.getByRole('button', { name: 'Record a payment' })).toHaveCount(0);
});

test('in the demo the sign-in page fills in whom one chooses', async ({ page }) => {
  await page.goto('/signin');
  await page.getByRole('button', { name: 'Staff', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/ops/);
});
