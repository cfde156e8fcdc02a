'use client';

import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { directoryKey } from '../../api/console/directory.ts';
import { actOnMember } from '../../api/console/member.ts';
import type { MemberAction, StaffMember } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { memberKeys } from '../../api/members.ts';
import { useAnnounce } from '../../shell/announcer.tsx';
import { useMay } from '../permissions.tsx';
import { type ActionWords, actionsFor } from './action-list.ts';
import { EraseDialog } from './erase-dialog.tsx';

/** Does something to a member, then reads everything about them again. */
export function useMemberAction(member: StaffMember) {
  const client = useQueryClient();
  const intent = useIntent();
  return async (action: MemberAction, reason: string) => {
    const body = { action, reason };
    const after = await intent(body, (key) => actOnMember(member.id, action, reason, key));
    client.setQueryData(memberKeys.one(member.id), after);
    void client.invalidateQueries({ queryKey: memberKeys.one(member.id) });
    void client.invalidateQueries({ queryKey: directoryKey });
  };
}

export function MemberActions({ member }: { member: StaffMember }) {
  const may = useMay();
  const act = useMemberAction(member);
  const announce = useAnnounce();
  const [open, setOpen] = useState<ActionWords | 'erase' | null>(null);
  const actions = may('members:act') ? actionsFor(member) : [];
  const mayErase = may('members:erase') && member.status !== 'erased';
  if (actions.length === 0 && !mayErase) return null;
  return (
    <>
      <Menu position="bottom-end" keepMounted={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.map((item) => (
            <Menu.Item key={item.action} {...(item.danger ? { color: 'red' } : {})} onClick={() => setOpen(item)}>
              {item.label}
            </Menu.Item>
          ))}
          {mayErase ? (
            <>
              {actions.length > 0 ? <Menu.Divider /> : null}
              <Menu.Item color="red" onClick={() => setOpen('erase')}>
                Erase this person
              </Menu.Item>
            </>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {open === 'erase' ? (
        <EraseDialog member={member} erase={(reason) => act('erase', reason)} onClose={() => setOpen(null)} />
      ) : open ? (
        <ReasonDialog
          title={`${open.label}: ${member.number}`}
          confirm={open.label}
          danger={open.danger ?? false}
          work={(reason) => act(open.action, reason)}
          onDone={() => announce(`Done: ${open.label}, ${member.number}`)}
          onClose={() => setOpen(null)}
        >
          {open.about}
        </ReasonDialog>
      ) : null}
    </>
  );
}
