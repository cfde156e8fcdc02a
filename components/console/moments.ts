const two = (value: number) => String(value).padStart(2, '0');

/** RFC 3339 as a `datetime-local` field wants it, in the reader's zone. Empty for what is no moment. */
export function toLocalInput(instant: string): string {
  const at = new Date(instant);
  if (instant === '' || Number.isNaN(at.getTime())) return '';
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** And back: an instant in UTC. */
export function toInstant(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
