'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { ConfirmByTyping } from '../../actions/confirm-by-typing.tsx';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { accessKeys, rotateClient, switchClient } from '../../api/console/access.ts';
import type { ApiClient } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { Dialog } from '../../page/dialog.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { ClientState } from './client-state.tsx';
import { SecretOnce } from './secret-once.tsx';

/** One API client: what it may do, a new secret, shutting and opening it. */
export function ClientDrawer({ client, onClose }: { client: ApiClient | null; onClose: () => void }) {
  return (
    <DetailDrawer opened={client !== null} onClose={onClose} title={client?.id ?? 'API client'}>
      {client ? <ClientDetail key={client.id} client={client} /> : null}
    </DetailDrawer>
  );
}

function ClientDetail({ client }: { client: ApiClient }) {
  const queries = useQueryClient();
  const intent = useIntent();
  const [open, setOpen] = useState<'rotate' | 'switch' | null>(null);
  const rotate = useMutation({
    mutationFn: () => intent({ rotate: client.id }, (key) => rotateClient(client.id, key)),
  });
  const to = client.disabledAt ? 'enable' : 'disable';
  const verb = to === 'disable' ? 'Disable' : 'Enable';
  if (rotate.data) return <SecretOnce id={client.id} secret={rotate.data.secret} onClose={() => rotate.reset()} />;
  return (
    <div className={stack.fields}>
      <KeyValueList
        items={[
          { label: 'Name', value: client.name },
          { label: 'State', value: <ClientState client={client} /> },
          { label: 'Scopes', value: <code>{client.scopes.join(' ')}</code> },
          { label: 'Grants', value: <code>{client.grants.join(' ')}</code> },
          { label: 'Redirect URIs', value: client.redirectUris.length > 0 ? client.redirectUris.join(', ') : 'None' },
          { label: 'Kind', value: client.public ? 'Public, no secret' : 'With a secret' },
          { label: 'Since', value: <RelativeTime at={client.createdAt} /> },
          {
            label: 'What it did',
            value: <Link href={`/ops/audit?actor=${client.id}` as Route}>Open in the audit trail</Link>,
          },
        ]}
      />
      <div className={stack.actions}>
        {client.public ? null : (
          <Button variant="default" onClick={() => setOpen('rotate')}>
            New secret
          </Button>
        )}
        <Button variant="default" onClick={() => setOpen('switch')}>
          {verb} this client
        </Button>
      </div>
      {open === 'rotate' ? (
        <Dialog title={`New secret for ${client.id}`} onClose={() => setOpen(null)}>
          <ConfirmByTyping
            expected={client.id}
            what="the id of this client"
            confirm="Make a new secret"
            pending={rotate.isPending}
            onConfirm={() => rotate.mutate(undefined, { onSuccess: () => setOpen(null) })}
          >
            <Notice tone="warn" title="The old secret stops working at once">
              Whoever uses it needs the new one. Access tokens that it has already live out their 15 minutes.
            </Notice>
            {rotate.isError ? (
              <Notice tone="bad" title="The secret is as it was">
                {messageOf(rotate.error)}
              </Notice>
            ) : null}
          </ConfirmByTyping>
        </Dialog>
      ) : null}
      {open === 'switch' ? (
        <ReasonDialog
          title={`${verb} ${client.id}`}
          confirm={`${verb} the client`}
          danger={to === 'disable'}
          work={(reason) => switchClient(client.id, to, reason)}
          onDone={() => void queries.invalidateQueries({ queryKey: accessKeys.clients })}
          onClose={() => setOpen(null)}
        >
          {to === 'disable' ? 'Its tokens stop working at once, people’s through it too.' : 'It can get tokens again.'}
        </ReasonDialog>
      ) : null}
    </div>
  );
}
