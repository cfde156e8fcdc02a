import { type DemoPerson, expect, expectAccessible, signInAs, test } from './house.ts';

/** Every page, in light and dark, on a phone and on a desk: it opens, has one heading, and axe finds nothing. */
const pages: ReadonlyArray<{ person: DemoPerson | null; paths: string[] }> = [
  {
    person: null,
    paths: [
      '/signin',
      '/join',
      '/forgot-password',
      '/reset-password?token=unknown-token-of-nobody',
      '/verify-email?token=unknown-token-of-nobody',
    ],
  },
  { person: 'member', paths: ['/', '/profile', '/membership', '/notifications', '/security', '/help'] },
  { person: 'staff', paths: ['/ops', '/ops/members', '/ops/events', '/ops/dead-letters', '/ops/help'] },
  { person: 'admin', paths: ['/ops/access'] },
  { person: 'auditor', paths: ['/ops/audit'] },
];

const widths = [
  { name: '1440 px', width: 1440, height: 900 },
  { name: '320 px', width: 320, height: 720 },
];

for (const { person, paths } of pages) {
  for (const path of paths) {
    test(`${person ?? 'anyone'}: ${path.split('?')[0]}`, async ({ page, context }) => {
      if (person) await signInAs(context, person);
      for (const { width, height } of widths) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height });
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          expect((await page.goto(path))?.status()).toBe(200);
          await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
          await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
          await expectAccessible(page);
        }
      }
    });
  }
}
