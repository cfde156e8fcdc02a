'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { useFreshness } from '../../api/freshness.ts';
import { type Loan, loanQuery } from '../../api/loans.ts';
import { isStatus } from '../../api/problem.ts';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { LiveDot } from '../../values/live-dot.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { JournalOf } from '../ledger/journal-of.tsx';
import page from '../orders/money-page.module.css';
import { useMay } from '../permissions.tsx';
import { AnswersCard } from './answers-card.tsx';
import { AssessmentCard } from './assessment-card.tsx';
import { DecisionCard } from './decision-card.tsx';
import { LoanPill } from './loan-pill.tsx';
import { RepaymentTable, ScheduleTable } from './tables.tsx';

const back = <Link href={'/ops/loans' as Route}>Loans</Link>;

/** One loan for those who decide: what is asked for, how it is assessed, who said what, what was paid. */
export function LoanPage({ id }: { id: string }) {
  const query = useQuery(loanQuery(id));
  const freshness = useFreshness(query, 30_000);
  const { data: loan, error, refetch } = query;
  if (loan) return <Loaded loan={loan} freshness={<LiveDot {...freshness} />} />;
  if (isStatus(error, 404)) {
    return (
      <>
        <PageHeader title="No such loan" above={back} />
        <EmptyState title="There is no loan with this id">The address is not right.</EmptyState>
      </>
    );
  }
  if (error) {
    return (
      <>
        <PageHeader title="Loan" above={back} />
        <ErrorState what="The loan could not be loaded" error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        above={back}
        title={<Skeleton height={24} width={120} />}
        lead={<Skeleton height={15} width={280} />}
      />
      <div className={page.columns} data-two aria-busy="true">
        <Card id="facts" title="The loan">
          <TextSkeleton lines={8} />
        </Card>
        <Card id="decision" title="Decision">
          <TextSkeleton lines={5} />
        </Card>
      </div>
    </>
  );
}

function Loaded({ loan, freshness }: { loan: Loan; freshness: ReactNode }) {
  const may = useMay();
  const [read, setRead] = useState(loan.answers.length === 0);
  const name = loan.memberName ?? 'The member';
  return (
    <>
      <PageHeader
        above={back}
        title={loan.number}
        state={<LoanPill status={loan.status} />}
        freshness={freshness}
        lead={
          <span className={page.lead}>
            <MoneyText {...loan.amount} />
            {may('members:open') ? (
              <Link href={`/ops/members/${loan.memberId}` as Route}>{name}</Link>
            ) : (
              <span>{name}</span>
            )}
            <span>{loan.product.name}</span>
            <span>
              Applied <RelativeTime at={loan.appliedAt} />
            </span>
          </span>
        }
      />
      {loan.overdue ? (
        <div className={page.above}>
          <Notice tone="bad" title={`${formatMoney(loan.overdue.amount.amount, loan.overdue.amount.currency)} is late`}>
            {loan.overdue.instalments} {loan.overdue.instalments === 1 ? 'instalment' : 'instalments'}, the oldest since{' '}
            {formatDate(loan.overdue.since)}.
          </Notice>
        </div>
      ) : null}
      <div className={page.columns} data-two>
        <div className={page.column}>
          {loan.assessment ? <AssessmentCard assessment={loan.assessment} /> : null}
          <Facts loan={loan} />
          {loan.schedule.length > 0 ? (
            <Card id="schedule" title="Instalments">
              <ScheduleTable loan={loan} />
            </Card>
          ) : null}
        </div>
        <div className={page.column}>
          <DecisionCard loan={loan} read={read} />
          <AnswersCard loan={loan} onRead={() => setRead(true)} />
          {loan.disbursedOn ? (
            <Card id="repayments" title="Repayments">
              <RepaymentTable loan={loan} />
            </Card>
          ) : null}
          {loan.disbursedOn && may('ledger:read') ? (
            <Card id="books" title="In the books">
              <JournalOf about={loan.id} />
            </Card>
          ) : null}
        </div>
      </div>
    </>
  );
}

function Facts({ loan }: { loan: Loan }) {
  return (
    <Card id="facts" title="The loan">
      <KeyValueList
        empty="Not yet"
        items={[
          { label: 'Amount', value: <MoneyText {...loan.amount} /> },
          { label: 'Term', value: `${loan.termMonths} months` },
          { label: 'Rate', value: `${(loan.rateBp / 100).toFixed(2)} % a year` },
          { label: 'Instalment', value: <MoneyText {...loan.monthly} /> },
          { label: 'Paid out', value: loan.disbursedOn ? formatDate(loan.disbursedOn) : null },
          { label: 'Owed today', value: loan.owed ? <MoneyText {...loan.owed} /> : null },
          {
            label: 'Next instalment',
            value: loan.next ? (
              <>
                <MoneyText {...loan.next.amount} /> on {formatDate(loan.next.dueOn)}
              </>
            ) : (
              'None'
            ),
          },
          ...(loan.closedAt ? [{ label: 'Closed', value: <RelativeTime at={loan.closedAt} /> }] : []),
        ]}
      />
    </Card>
  );
}
