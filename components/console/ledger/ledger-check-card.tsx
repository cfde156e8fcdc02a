'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ledgerChecksQuery, requestCheck, trialBalanceQuery } from '../../api/console/ledger.ts';
import type { LedgerCheck } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { Card } from '../../page/card.tsx';
import { Notice } from '../../page/notice.tsx';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import { formatDuration } from '../rate.ts';
import classes from './ledger.module.css';

/** While one is awaited, in milliseconds. */
const lookEvery = 1_000;

/** When the books were last counted, what was found, and the button that counts them again. */
export function LedgerCheckCard({ last }: { last: LedgerCheck | null }) {
  const may = useMay();
  const intent = useIntent();
  const request = useMutation({ mutationFn: () => intent('check', requestCheck) });
  const awaited = request.data !== undefined && request.data.id !== last?.id;
  const checks = useQuery({ ...ledgerChecksQuery(), refetchInterval: awaited ? lookEvery : 10_000 });
  useQuery({ ...trialBalanceQuery(lookEvery), enabled: awaited });
  return (
    <Card
      id="checks"
      title="Checks of the books"
      aside={
        may('ledger:manage') ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={request.isPending || awaited}
            onClick={() => request.mutate()}
          >
            Run a check
          </Button>
        ) : null
      }
    >
      {request.isError ? (
        <Notice tone="bad" title="No check was asked for">
          {messageOf(request.error)}
        </Notice>
      ) : null}
      <div role="status">
        {last ? (
          <p className={classes.checked}>
            <StatePill state={last.status}>{last.status === 'ok' ? 'All right' : 'Not right'}</StatePill>
            <span>
              Last checked <RelativeTime at={last.finishedAt} />
            </span>
          </p>
        ) : (
          <p className={classes.none}>The books were not checked yet. That happens by itself, and on request.</p>
        )}
      </div>
      {last && last.mismatches.length > 0 ? (
        <Notice tone="bad" title={`${formatNumber(last.mismatches.length)} found`}>
          <ul className={classes.found}>
            {last.mismatches.map((found) => (
              <li key={`${found.kind} ${found.id}`}>{found.message}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      <ul className={classes.checks} aria-label="Checks before">
        {(checks.data ?? []).map((check) => (
          <li key={check.id}>
            <RelativeTime at={check.finishedAt} className={classes.grow ?? ''} />
            <span>{check.status === 'ok' ? 'All right' : 'Not right'}</span>
            <span className={classes.dim}>
              {formatNumber(check.entries)} entries in {formatDuration(check.durationMs)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
