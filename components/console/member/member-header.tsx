'use client';

import { Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { MaskedValue } from '../../actions/masked-value.tsx';
import type { StaffMember } from '../../api/console/shapes.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import { MemberActions } from './member-actions.tsx';
import classes from './member-page.module.css';
import { revealer } from './revealer.ts';

export function MemberHeader({
  member,
  above,
  freshness,
  onEdit,
}: {
  member: StaffMember;
  above: ReactNode;
  freshness: ReactNode;
  onEdit: () => void;
}) {
  const may = useMay();
  const erased = member.status === 'erased';
  const reveal = may('members:reveal') && member.masked && !erased;
  return (
    <PageHeader
      above={above}
      title={`${member.givenName} ${member.familyName}`}
      state={<StatePill state={member.status} />}
      freshness={freshness}
      actions={
        <>
          {may('members:write') && !erased ? (
            <Button variant="default" leftSection={<IconPencil size={14} aria-hidden />} onClick={onEdit}>
              Edit profile
            </Button>
          ) : null}
          <MemberActions member={member} />
        </>
      }
      lead={
        <span className={classes.contact}>
          <span className={classes.number}>{member.number}</span>
          {erased ? null : (
            <>
              <MaskedValue
                label="e-mail"
                masked={member.email}
                {...(reveal ? { reveal: revealer(member.id, 'email') } : {})}
              />
              <MaskedValue
                label="phone"
                masked={member.phone}
                {...(reveal ? { reveal: revealer(member.id, 'phone') } : {})}
              />
            </>
          )}
        </span>
      }
    />
  );
}
