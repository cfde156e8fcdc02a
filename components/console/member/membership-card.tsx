import type { StaffMember } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { formatDate, wordsOf } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { RecordPayment } from './record-payment.tsx';

export function MembershipCard({ member }: { member: StaffMember }) {
  const chosen = Object.entries(member.mailChoices).filter(([, on]) => on);
  return (
    <Card id="membership" title="Membership">
      <KeyValueList
        items={[
          { label: 'Plan', value: member.plan.name },
          { label: 'Paid until', value: member.paidUntil ? formatDate(member.paidUntil) : 'Not paid yet' },
          { label: 'Joined', value: <RelativeTime at={member.joinedAt} /> },
          { label: 'E-mail verified', value: member.verifiedAt ? <RelativeTime at={member.verifiedAt} /> : 'Not yet' },
          { label: 'Wants mail on', value: chosen.map(([name]) => wordsOf(name)).join(', ') || 'Nothing' },
        ]}
      />
      <RecordPayment member={member} />
    </Card>
  );
}
