'use client';

import { usePathname } from 'next/navigation';
import { LinkButton } from '../page/link-button.tsx';
import { Main } from '../page/main.tsx';
import stack from '../page/stack.module.css';
import { consolePageOf } from './pages.ts';

/** The 403 inside the console: names the permission that the page needs, so that one can ask for it. */
export function ForbiddenPage() {
  const page = consolePageOf(usePathname());
  return (
    <Main>
      <p className={`${stack.dim} ${stack.plain}`}>403</p>
      <h1>You may not open {page ? page.label : 'this page'}</h1>
      <p className={stack.dim}>
        {page ? (
          <>
            It needs the permission <code>{page.permission}</code>, which none of your roles has.
          </>
        ) : (
          'None of your roles has the permission for it.'
        )}{' '}
        If you need it for your work, ask an administrator.
      </p>
      {page && page.href !== '/ops' ? (
        <LinkButton href="/ops">Go to the overview</LinkButton>
      ) : (
        <LinkButton href="/">Go to the start</LinkButton>
      )}
    </Main>
  );
}
