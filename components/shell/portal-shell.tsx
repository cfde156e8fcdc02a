import type { Route } from 'next';
import type { ReactNode } from 'react';
import { Announcer } from './announcer.tsx';
import { Brand } from './brand.tsx';
import { CartLink } from './cart-link.tsx';
import { NotificationsBell } from './notifications-bell.tsx';
import { PortalNav } from './portal-nav.tsx';
import classes from './portal-shell.module.css';
import { SkipLink } from './skip-link.tsx';
import { UserMenu } from './user-menu.tsx';

/** What stands around every page of a signed-in person. Staff who are not members see no member pages. */
export function PortalShell({ isMember, children }: { isMember: boolean; children: ReactNode }) {
  return (
    <Announcer>
      <div className={classes.shell} data-mood="portal">
        <SkipLink />
        <header className={classes.bar}>
          <div className={classes.inner}>
            <Brand href={isMember ? '/' : ('/ops' as Route)} />
            {isMember ? <PortalNav place="top" /> : null}
            <div className={classes.side}>
              {isMember ? <CartLink /> : null}
              <NotificationsBell />
              <UserMenu side="portal" />
            </div>
          </div>
        </header>
        {children}
        {isMember ? <PortalNav place="bottom" /> : null}
      </div>
    </Announcer>
  );
}
