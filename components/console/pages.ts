import type { Permission } from '#server/access/permissions.ts';

/** The pages of the console and the permission that each needs: the rail, the palette, the guard and the 403 page read it. */
export const consolePages = [
  { href: '/ops', label: 'Overview', permission: 'console:open', about: 'What needs a person, and what flows' },
  {
    href: '/ops/members',
    label: 'Members',
    permission: 'members:open',
    about: 'Find, read and mend a member’s record',
  },
  { href: '/ops/help', label: 'Help requests', permission: 'members:act', about: 'What members asked, and who waits' },
  { href: '/ops/orders', label: 'Orders', permission: 'orders:read', about: 'What members buy, step by step' },
  { href: '/ops/payments', label: 'Payments', permission: 'payments:read', about: 'What was paid, and what goes back' },
  { href: '/ops/ledger', label: 'Ledger', permission: 'ledger:read', about: 'The books: balances, journal, checks' },
  { href: '/ops/loans', label: 'Loans', permission: 'loans:read', about: 'What members ask for, owe and pay back' },
  { href: '/ops/events', label: 'Events', permission: 'events:read', about: 'What happens, as it happens' },
  {
    href: '/ops/dead-letters',
    label: 'Dead letters',
    permission: 'dead-letters:read',
    about: 'Work that could not be done',
  },
  { href: '/ops/sagas', label: 'Sagas', permission: 'sagas:read', about: 'What runs in steps, and what is stuck' },
  { href: '/ops/audit', label: 'Audit', permission: 'audit:read', about: 'Who did or saw what' },
  { href: '/ops/access', label: 'Access', permission: 'access:manage', about: 'Users, roles and API clients' },
] as const satisfies readonly { href: string; label: string; permission: Permission; about: string }[];

export type ConsolePage = (typeof consolePages)[number];
export type ConsolePath = ConsolePage['href'];

/** The page that a path belongs to: `/ops/members/…` is Members. */
export function consolePageOf(path: string): ConsolePage | null {
  const fitting = consolePages.filter(({ href }) => path === href || path.startsWith(`${href}/`));
  return fitting.reduce<ConsolePage | null>(
    (longest, page) => (longest && longest.href.length >= page.href.length ? longest : page),
    null,
  );
}
