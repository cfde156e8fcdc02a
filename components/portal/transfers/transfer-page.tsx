'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { accountKeys } from '../../api/accounts.ts';
import { isOver, type Transfer, transferKeys, transferQuery } from '../../api/transfers.ts';
import { StepList } from '../../data/step-list.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { stateWords, stepsOf, transferWords } from './words.ts';

/** A transfer: how far it has got, as it goes, and afterwards what became of it. */
export function TransferPage({ id }: { id: string }) {
  const { data: transfer, ...query } = useQuery(transferQuery(id));
  useNews(transfer);
  if (!transfer) {
    return (
      <>
        <PageHeader title={query.isError ? 'Transfer' : <Skeleton height={33} width={220} />} above={<Back />} />
        {query.isError ? (
          <ErrorState
            what="This transfer could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <Card id="transfer">
            <TextSkeleton lines={5} />
          </Card>
        )}
      </>
    );
  }
  const { title, lead } = transferWords(transfer);
  const { failure } = transfer;
  return (
    <>
      <PageHeader
        above={<Back />}
        title={title}
        state={<StatePill state={transfer.status}>{stateWords[transfer.status]}</StatePill>}
        lead={lead}
      />
      <div className={stack.stack}>
        {failure && transfer.direction === 'out' ? (
          <Notice tone="warn" title="Why it did not arrive">
            {failure.message || 'It could not be made.'}
          </Notice>
        ) : null}
        <Card id="steps" title="How far it has got">
          <StepList steps={stepsOf(transfer)} />
          {isOver(transfer) ? null : <TakesLong />}
        </Card>
        <Card id="about" title="About it">
          <KeyValueList
            empty="None"
            items={[
              { label: 'Amount', value: <MoneyText amount={transfer.amount} currency={transfer.currency} /> },
              { label: transfer.direction === 'in' ? 'From' : 'To', value: transfer.otherParty },
              { label: 'Note', value: transfer.note },
              { label: 'Asked for', value: <RelativeTime at={transfer.createdAt} /> },
              { label: 'Number', value: transfer.number },
            ]}
          />
        </Card>
        {isOver(transfer) ? (
          <div className={stack.actions}>
            <LinkButton href="/transfers" quiet>
              Send another
            </LinkButton>
            <LinkButton href="/account" quiet>
              Your account
            </LinkButton>
          </div>
        ) : null}
      </div>
    </>
  );
}

const Back = () => <Link href="/transfers">Your transfers</Link>;

/** Says what has changed, and forgets what other pages knew. */
function useNews(transfer: Transfer | undefined) {
  const announce = useAnnounce();
  const client = useQueryClient();
  const before = useRef<Transfer['status'] | null>(null);
  useEffect(() => {
    if (!transfer || before.current === transfer.status) return;
    const first = before.current === null;
    before.current = transfer.status;
    if (!first) {
      const { title, lead } = transferWords(transfer);
      announce(`${title}. ${lead}`);
    }
    void client.invalidateQueries({ queryKey: accountKeys.all });
    void client.invalidateQueries({ queryKey: [...transferKeys.all, 'of'] });
  }, [transfer, announce, client]);
}

const longMs = 10_000;

function TakesLong() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longMs);
    return () => clearTimeout(timer);
  }, []);
  if (!long) return null;
  return (
    <div className={stack.fields}>
      <Notice live title="This takes longer than usual">
        You need not wait here. The money is not lost: it arrives, or it comes back to your account.
      </Notice>
    </div>
  );
}
