const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `06:46:37.820` for what is of today, else with its date before: `11 Apr 06:46:37.820`. In the reader's zone. */
export function clockText(at: string, now = Date.now()): string {
  const moment = new Date(at);
  const time = clock.format(moment);
  return moment.toDateString() === new Date(now).toDateString() ? time : `${day.format(moment)} ${time}`;
}
