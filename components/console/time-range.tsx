import { Button, TextInput } from '@mantine/core';
import { toInstant, toLocalInput } from './moments.ts';

interface Props {
  /** Instants, RFC 3339; nothing or empty for an open end. */
  from: string | null | undefined;
  to: string | null | undefined;
  onChange: (end: 'from' | 'to', instant: string) => unknown;
}

const ends = [
  { end: 'from', label: 'From' },
  { end: 'to', label: 'To' },
] as const;

const presets = [
  { label: '1 h', hours: 1, means: 'The last hour' },
  { label: '24 h', hours: 24, means: 'The last 24 hours' },
  { label: '7 d', hours: 7 * 24, means: 'The last 7 days' },
];

/** From when until when, typed in the reader's own time. */
export function TimeRange({ from, to, onChange }: Props) {
  const values = { from, to };
  const since = (hours: number) => {
    onChange('from', new Date(Date.now() - hours * 3_600_000).toISOString());
    onChange('to', '');
  };
  return (
    <>
      <Button.Group>
        {presets.map(({ label, hours, means }) => (
          <Button key={label} variant="default" size="xs" aria-label={means} onClick={() => since(hours)}>
            {label}
          </Button>
        ))}
      </Button.Group>
      {ends.map(({ end, label }) => (
        <TextInput
          key={end}
          aria-label={label}
          leftSection={<span aria-hidden>{label}</span>}
          leftSectionWidth={44}
          type="datetime-local"
          value={toLocalInput(values[end] ?? '')}
          onChange={(event) => onChange(end, toInstant(event.currentTarget.value))}
        />
      ))}
    </>
  );
}
