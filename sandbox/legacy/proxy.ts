import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { FaultName, Faults } from '../faults.ts';
import { type Listening, listen } from '../http.ts';
import type { RequestLog } from '../requests.ts';
import { Statements } from './statements.ts';

export type ProxyOptions = {
  port: number;
  upstream: { host: string; port: number };
  faults: Faults;
  log: RequestLog;
};

/** These end connections that are open when they are switched on, and close new ones at once. */
const closing: FaultName[] = ['cut', 'fail', 'reject', 'rate-limit', 'refuse'];

/**
 * A TCP proxy before the legacy database: `slow` delays each thing the client says, `hang` swallows it, `fail-after`
 * lets the database finish and loses the news, the others drop and refuse connections.
 */
export async function serveLegacyProxy({ port, upstream, faults, log }: ProxyOptions): Promise<Listening> {
  const clients = new Set<Socket>();

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const startedAt = Date.now();
    const drawn = faults.draw('legacy');
    const add = (status: string) =>
      log.add('legacy', { method: 'CONNECT', path: '', status, startedAt, faults: drawn.names });
    clients.add(client);
    client.setNoDelay(true);
    client.on('error', () => client.destroy());
    client.on('close', () => clients.delete(client));
    if (closing.some((fault) => drawn.has(fault))) {
      add('refused');
      client.resetAndDestroy();
      return;
    }
    client.on('close', () => add('closed'));
    join(client, upstream, faults);
  });

  const stop = faults.onChange((partner) => {
    if (partner !== 'legacy') return;
    for (const client of clients) {
      const drawn = faults.list('legacy').filter(({ fault }) => closing.includes(fault));
      if (drawn.some(({ rate }) => Math.random() < rate)) client.resetAndDestroy();
    }
  });

  const bound = await listen(server, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        stop();
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}

function join(client: Socket, upstream: ProxyOptions['upstream'], faults: Faults): void {
  const database = connect({ ...upstream, allowHalfOpen: true });
  const left = new AbortController();
  const end = () => {
    left.abort();
    client.destroy();
    database.destroy();
  };
  const statements = new Statements();
  let loseAnswer = false;
  let held = false;

  const towards = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const drawn = faults.draw('legacy');
      const finishes = statements.finishesWork(chunk);
      loseAnswer ||= drawn.has('fail-after') && finishes;
      if (drawn.has('hang') && (!drawn.has('fail-after') || finishes)) {
        held = true;
        // The chunk is let through only when its answer is to be lost: otherwise the work must not be done.
        faults.untilOff('legacy', 'hang', left.signal).then(end);
        return done(null, loseAnswer ? chunk : undefined);
      }
      if (held) return done();
      if (drawn.delayMs === 0) return done(null, chunk);
      setTimeout(() => done(null, chunk), drawn.delayMs).unref();
    },
  });

  database.setNoDelay(true);
  database.on('error', end);
  database.on('close', end);
  client.on('close', end);
  database.on('data', (chunk: Buffer) => {
    if (held) return;
    if (loseAnswer) return end();
    if (!client.write(chunk)) database.pause();
  });
  client.on('drain', () => database.resume());
  database.on('end', () => client.end());
  client.pipe(towards).pipe(database);
}
