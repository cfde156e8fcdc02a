'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { MaskedValue } from '../../actions/masked-value.tsx';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { accessKeys, revealUser, setRoles, switchUser } from '../../api/console/access.ts';
import type { Role, User } from '../../api/console/shapes.ts';
import { meQuery } from '../../api/me.ts';
import { messageOf } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { Notice } from '../../page/notice.tsx';
import { SaveNote } from '../../page/save-note.tsx';
import stack from '../../page/stack.module.css';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { RoleChoice } from './role-choice.tsx';
import { UserState } from './user-state.tsx';

/** One account: who it is, their roles, shutting and opening it. */
export function UserDrawer({ user, onClose }: { user: User | null; onClose: () => void }) {
  return (
    <DetailDrawer opened={user !== null} onClose={onClose} title={user?.name ?? 'User'}>
      {user ? <UserDetail key={user.id} user={user} /> : null}
    </DetailDrawer>
  );
}

function UserDetail({ user }: { user: User }) {
  const { data: me } = useQuery(meQuery());
  const own = me?.id === user.id;
  return (
    <div className={stack.fields}>
      <KeyValueList
        items={[
          { label: 'State', value: <UserState user={user} /> },
          {
            label: 'E-mail',
            value: <MaskedValue label="e-mail" masked={user.email} reveal={(reason) => revealUser(user.id, reason)} />,
          },
          { label: 'Last seen', value: user.lastSeenAt ? <RelativeTime at={user.lastSeenAt} /> : 'Never' },
          { label: 'Since', value: <RelativeTime at={user.createdAt} /> },
          ...(user.disabledAt ? [{ label: 'Disabled', value: <RelativeTime at={user.disabledAt} /> }] : []),
          ...(user.lockedUntil ? [{ label: 'Locked', value: <RelativeTime at={user.lockedUntil} /> }] : []),
          {
            label: 'Member',
            value: user.memberId ? <Link href={`/ops/members/${user.memberId}` as Route}>Open the member</Link> : 'No',
          },
          {
            label: 'What they did',
            value: <Link href={`/ops/audit?actor=${user.id}` as Route}>Open in the audit trail</Link>,
          },
          { label: 'Id', value: <IdText id={user.id} label="user id" /> },
        ]}
      />
      <hr className={stack.rule} />
      {own ? (
        <Notice>Nobody changes their own roles or shuts their own account. Ask a colleague.</Notice>
      ) : (
        <>
          <Roles user={user} />
          <hr className={stack.rule} />
          <SwitchUser user={user} />
        </>
      )}
    </div>
  );
}

const sorted = (roles: readonly Role[]) => [...roles].sort().join();

function Roles({ user }: { user: User }) {
  const client = useQueryClient();
  const [roles, choose] = useState<Role[]>(user.roles);
  const changed = sorted(roles) !== sorted(user.roles);
  const save = useMutation({
    mutationFn: () => setRoles(user.id, roles),
    onSuccess: () => client.invalidateQueries({ queryKey: accessKeys.users }),
  });
  return (
    <div className={stack.fields}>
      <RoleChoice
        value={roles}
        onChange={(next) => {
          save.reset();
          choose(next);
        }}
        disabled={save.isPending}
      />
      {save.isError ? (
        <Notice tone="bad" title="The roles are as they were">
          {messageOf(save.error)}
        </Notice>
      ) : null}
      <div className={stack.actions}>
        <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
          Save roles
        </Button>
        <SaveNote text={save.isSuccess && !changed ? 'Saved. It holds from their next click on.' : null} />
      </div>
    </div>
  );
}

function SwitchUser({ user }: { user: User }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const to = user.disabledAt ? 'enable' : 'disable';
  const verb = to === 'disable' ? 'Disable' : 'Enable';
  return (
    <>
      <div>
        <Button variant="default" {...(to === 'disable' ? { color: 'red' } : {})} onClick={() => setAsking(true)}>
          {verb} this account
        </Button>
      </div>
      {asking ? (
        <ReasonDialog
          title={`${verb} the account of ${user.name}`}
          confirm={`${verb} the account`}
          danger={to === 'disable'}
          work={(reason) => switchUser(user.id, to, reason)}
          onDone={() => void client.invalidateQueries({ queryKey: accessKeys.users })}
          onClose={() => setAsking(false)}
        >
          {to === 'disable'
            ? 'All their devices are signed out at once, and nobody can sign in to it.'
            : 'They can sign in again with the password that they had.'}
        </ReasonDialog>
      ) : null}
    </>
  );
}
