'use client';

import { Autocomplete, Button, TextInput } from '@mantine/core';
import { TimeRange } from '../time-range.tsx';
import { useTyped } from '../use-typed.ts';
import classes from './events-page.module.css';
import { isUuid, tailFilters } from './tail.ts';

/** Types that people look for; any other can be typed. */
const knownTypes = [
  'member.registered',
  'member.verified',
  'member.profile.updated',
  'member.status.changed',
  'member.extended',
  'member.noted',
  'member.erased',
  'sync.completed',
  'sync.failed',
  'email.sent',
  'notification.sent',
  'session.started',
  'session.failed',
  'session.locked',
  'session.ended',
  'support.requested',
  'page.viewed',
  'course.started',
  'course.completed',
];

/** Filters over the events; they live in the URL while the events flow. */
export function EventFilters({
  values,
  onChange,
  withTimes,
}: {
  values: Record<string, string>;
  onChange: (name: string, value: string) => void;
  withTimes: boolean;
}) {
  const [type, setType] = useTyped(values.type ?? '', (text) => onChange('type', text));
  const [stream, setStream] = useTyped(values.stream ?? '', (text) => onChange('stream', text));
  const [correlationId, setCorrelationId] = useTyped(values.correlationId ?? '', (text) =>
    onChange('correlationId', text),
  );
  const [memberId, setMemberId] = useTyped(values.memberId ?? '', (text) => onChange('memberId', text));
  const set = [...tailFilters, 'from', 'to'].filter((name) => values[name]);
  return (
    <search className={classes.filters}>
      <Autocomplete
        aria-label="Type"
        placeholder="Type: any"
        size="xs"
        data={knownTypes}
        value={type}
        onChange={setType}
        className={classes.type ?? ''}
        data-search
      />
      <TextInput
        aria-label="Stream"
        placeholder="Stream: any, such as member-0199…"
        value={stream}
        onChange={(event) => setStream(event.currentTarget.value)}
        className={classes.wide ?? ''}
      />
      <TextInput
        aria-label="Correlation id"
        placeholder="Correlation id: any"
        value={correlationId}
        error={correlationId !== '' && !isUuid(correlationId) ? 'A whole id is needed' : null}
        onChange={(event) => setCorrelationId(event.currentTarget.value)}
        className={classes.wide ?? ''}
      />
      <TextInput
        aria-label="Member id"
        placeholder="Member id: any"
        value={memberId}
        error={memberId !== '' && !isUuid(memberId) ? 'A whole id is needed' : null}
        onChange={(event) => setMemberId(event.currentTarget.value)}
        className={classes.wide ?? ''}
      />
      {withTimes ? <TimeRange from={values.from} to={values.to} onChange={onChange} /> : null}
      {set.length > 0 ? (
        <Button variant="subtle" onClick={() => set.forEach((name) => void onChange(name, ''))}>
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}
