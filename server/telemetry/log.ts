import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * JSON lines. The paths below are a net, not the rule: personal values and secrets are not handed to the logger at all.
 */
export function createLogger(options: { level: string; name: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'email',
        'phone',
        'password',
        'token',
        'authorization',
        'cookie',
        '*.email',
        '*.phone',
        '*.password',
        '*.token',
      ],
      censor: '[redacted]',
    },
    serializers: { err: safeError },
  });
}

/** Errors without what drivers attach to them (query parameters, rows, request bodies). */
function safeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'a value that is no error was thrown' };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  // Drizzle puts the parameters of a failed query into the message; they may be personal.
  const message = error.message.startsWith('Failed query:') ? 'Failed query' : error.message;
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack?.replace(error.message, message),
    ...(error.cause ? { cause: safeError(error.cause) } : {}),
  };
}
