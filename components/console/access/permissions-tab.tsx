'use client';

import { Skeleton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { permissionTableQuery } from '../../api/console/access.ts';
import type { PermissionTable } from '../../api/console/shapes.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { wordsOf } from '../../values/format.ts';
import classes from './access.module.css';

/** The one table that the checks themselves read. */
export function PermissionsTab() {
  const { data, error, refetch } = useQuery(permissionTableQuery());
  if (error) return <ErrorState what="The table could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={620} />;
  return (
    <>
      <p className={classes.note}>
        What each role of a person, and each scope of an API client, allows. A person who comes through a client needs
        both.
      </p>
      <Matrix table={data} />
    </>
  );
}

function Matrix({ table }: { table: PermissionTable }) {
  const holders = [
    ...table.roles.map(({ role, permissions }, index) => ({ name: wordsOf(role), permissions, first: index === 0 })),
    ...table.scopes.map(({ scope, permissions }, index) => ({ name: scope, permissions, first: index === 0 })),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by itself; focus lets the keyboard scroll it.
    <section className={classes.frame} aria-label="Permissions of roles and scopes" tabIndex={0}>
      <table className={classes.matrix}>
        <thead>
          <tr>
            <th scope="col">Permission</th>
            {holders.map((holder) => (
              <th key={holder.name} scope="col" data-first={holder.first || undefined}>
                {holder.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.permissions.map((permission) => (
            <tr key={permission}>
              <th scope="row">{permission}</th>
              {holders.map((holder) => (
                <td key={holder.name} data-first={holder.first || undefined}>
                  {holder.permissions.includes(permission) ? (
                    <IconCheck size={15} stroke={2.5} className={classes.yes} role="img" aria-label="Yes" />
                  ) : (
                    <span className={classes.no} role="img" aria-label="No">
                      –
                    </span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
