'use client';

import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { MemberRow } from '../../api/console/shapes.ts';
import { useMay } from '../permissions.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import { type BulkAction, bulkActions } from './bulk-rules.ts';

/** What can be done to several members at once, each with a preview before and a result for each after. */
export function BulkActions({ rows, onDone }: { rows: MemberRow[]; onDone: () => void }) {
  const [asking, setAsking] = useState<BulkAction | null>(null);
  const may = useMay();
  if (!may('members:act')) return null;
  return (
    <>
      <Menu position="bottom-start" keepMounted={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {bulkActions.map((one) => (
            <Menu.Item key={one.action} {...(one.danger ? { color: 'red' } : {})} onClick={() => setAsking(one)}>
              {one.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {asking ? (
        <BulkDialog
          bulk={asking}
          rows={rows}
          onClose={(done) => {
            setAsking(null);
            if (done) onDone();
          }}
        />
      ) : null}
    </>
  );
}
