'use client';

import { MaskedValue } from '../../actions/masked-value.tsx';
import type { RevealField, StaffMember } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { useMay } from '../permissions.tsx';
import { addressText } from './address-text.ts';
import { revealer } from './revealer.ts';

export function ProfileCard({ member }: { member: StaffMember }) {
  const may = useMay();
  const revealable = may('members:reveal') && member.masked && member.status !== 'erased';
  const masked = (label: string, field: RevealField, value: string | null) => (
    <MaskedValue label={label} masked={value} {...(revealable ? { reveal: revealer(member.id, field) } : {})} />
  );
  return (
    <Card id="profile" title="Profile">
      <KeyValueList
        items={[
          { label: 'Given name', value: member.givenName },
          { label: 'Family name', value: member.familyName },
          { label: 'Birth date', value: masked('birth date', 'dateOfBirth', member.dateOfBirth) },
          { label: 'Address', value: masked('address', 'address', addressText(member.address)) },
          { label: 'Changed', value: <RelativeTime at={member.updatedAt} /> },
          { label: 'Version', value: String(member.version) },
          { label: 'Id', value: <IdText id={member.id} label="member id" short /> },
        ]}
      />
    </Card>
  );
}
