import { TextInput } from '@mantine/core';
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

/** From when until when, typed in the reader's own time. */
export function TimeRange({ from, to, onChange }: Props) {
  const values = { from, to };
  return ends.map(({ end, label }) => (
    <TextInput
      key={end}
      aria-label={label}
      leftSection={<span aria-hidden>{label}</span>}
      leftSectionWidth={44}
      type="datetime-local"
      value={toLocalInput(values[end] ?? '')}
      onChange={(event) => onChange(end, toInstant(event.currentTarget.value))}
    />
  ));
}
