'use client';

import { Checkbox } from '@mantine/core';
import type { Role } from '../../api/console/shapes.ts';
import stack from '../../page/stack.module.css';

export const assignable = [
  { value: 'staff', label: 'Staff', about: 'Members, events, dead letters' },
  { value: 'auditor', label: 'Auditor', about: 'Reads everything, changes nothing' },
  { value: 'admin', label: 'Admin', about: 'Everything, access too' },
] as const satisfies readonly { value: Role; label: string; about: string }[];

/** The roles that can be given; `member` comes with a membership and stays with it. */
export function RoleChoice({
  value,
  error,
  disabled = false,
  onChange,
}: {
  value: Role[];
  error?: string | null;
  disabled?: boolean;
  onChange: (roles: Role[]) => void;
}) {
  return (
    <Checkbox.Group label="Roles" value={value} error={error ?? null} onChange={(chosen) => onChange(chosen as Role[])}>
      <div className={stack.fields} style={{ gap: 8, marginBlockStart: 4 }}>
        {assignable.map((role) => (
          <Checkbox
            key={role.value}
            value={role.value}
            label={role.label}
            description={role.about}
            disabled={disabled}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
