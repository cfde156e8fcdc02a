const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** `06:46:37.820`, in the reader's zone. */
export const clockText = (at: string) => clock.format(new Date(at));
