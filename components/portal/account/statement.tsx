'use client';

import { Button, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { type Account, statementUrl } from '../../api/accounts.ts';
import { Card } from '../../page/card.tsx';
import stack from '../../page/stack.module.css';

const today = () => new Date().toISOString().slice(0, 10);

/** The first day of the month before (UTC). */
function monthBefore(day: string): string {
  const date = new Date(day);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1)).toISOString().slice(0, 10);
}

/** Every movement between two days, as a file. */
export function Statement({ account }: { account: Account }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  // The server's day may be another than the reader's.
  useEffect(() => {
    setFrom(monthBefore(today()));
    setTo(today());
  }, []);
  const problem = from === '' || to === '' ? null : from > to ? 'Must not be before the first day' : null;
  const ready = from !== '' && to !== '' && problem === null;
  return (
    <Card id="statement" title="Statement">
      <div className={stack.fields}>
        <div className={stack.pair}>
          <TextInput
            type="date"
            label="From"
            value={from}
            max={to}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label="To"
            value={to}
            min={from}
            error={problem}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        <div className={stack.actions}>
          {(['pdf', 'csv'] as const).map((kind) =>
            ready ? (
              <Button
                key={kind}
                component="a"
                href={statementUrl(account.id, kind, from, to)}
                download
                variant="default"
                leftSection={<IconDownload size={18} stroke={1.75} aria-hidden />}
              >
                Download {kind.toUpperCase()}
              </Button>
            ) : (
              <Button key={kind} variant="default" disabled>
                Download {kind.toUpperCase()}
              </Button>
            ),
          )}
        </div>
        <p className={`${stack.plain} ${stack.small} ${stack.dim}`}>Both days are part of it, in UTC.</p>
      </div>
    </Card>
  );
}
