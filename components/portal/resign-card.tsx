'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { memberKeys, rejoin } from '../api/members.ts';
import { membershipKeys } from '../api/memberships.ts';
import type { Member } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { Failure } from '../page/failure.tsx';
import stack from '../page/stack.module.css';
import { formatDate } from '../values/format.ts';
import { coveredToday, resignWords } from './resign-words.ts';

const ResignDialog = dynamic(() => import('./resign-dialog.tsx'), { loading: () => null });

/** The way out; for whoever took it, the way back. */
export function ResignCard({ member, canLetEnd }: { member: Member; canLetEnd: boolean }) {
  const [asking, setAsking] = useState(false);
  const covered = coveredToday(member);
  if (member.status === 'resigned') return <ComeBack covered={covered} />;
  if (member.status === 'deceased' || member.status === 'erased') return null;
  return (
    <Card id="resign" title="Resign">
      <p className={`${stack.plain} ${stack.dim}`}>
        {resignWords(covered)}
        {canLetEnd ? ' To stay a member until the end, choose “Do not renew” above instead.' : ''}
      </p>
      <div className={stack.actions}>
        <Button variant="default" mt={16} onClick={() => setAsking(true)}>
          Resign…
        </Button>
      </div>
      {asking ? <ResignDialog covered={covered} onClose={() => setAsking(false)} /> : null}
    </Card>
  );
}

function ComeBack({ covered }: { covered: string | null }) {
  const client = useQueryClient();
  const router = useRouter();
  const back = useMutation({
    mutationFn: rejoin,
    onSuccess: (member) => {
      client.setQueryData(memberKeys.one('me'), member);
      void client.invalidateQueries({ queryKey: memberKeys.timeline('me') });
      void client.invalidateQueries({ queryKey: membershipKeys.mine });
      if (member.status === 'pending') router.push('/checkout?plan=mine');
    },
  });
  return (
    <Card id="rejoin" title="Come back">
      <p className={`${stack.plain} ${stack.dim}`}>
        {covered
          ? `It is paid until ${formatDate(covered)}: until then coming back costs nothing.`
          : 'You keep your number. Your plan begins again on the day on which it is paid; nothing is charged before you say so.'}
      </p>
      {back.isError ? <Failure title="Nothing was changed" error={back.error} /> : null}
      <div className={stack.actions}>
        <Button mt={16} loading={back.isPending} onClick={() => back.mutate()}>
          {covered ? 'Take back my resignation' : 'Rejoin'}
        </Button>
      </div>
    </Card>
  );
}
