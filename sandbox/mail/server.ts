import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Drawn, Faults } from '../faults.ts';
import { type Listening, listen, pause } from '../http.ts';
import type { RequestLog } from '../requests.ts';
import type { Delivery, MailStore } from './store.ts';

export type MailOptions = {
  port: number;
  user: string;
  password: string;
  store: MailStore;
  faults: Faults;
  log: RequestLog;
};

const sizeLimit = 10 * 1024 * 1024;
const patience = 600_000;

class SmtpError extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** The socket is gone; nothing is to be said on it. */
class Dropped extends Error {}

type Transaction = { drawn: Drawn; startedAt: number };
type Callback = (error?: Error | null) => void;

/** A real SMTP server on loopback (AUTH needed, no TLS) that keeps what it accepts, with the `mail` faults in its way. */
export async function serveMail(options: MailOptions): Promise<Listening> {
  const { faults, log } = options;
  const transactions = new Map<string, Transaction>();
  const gone = new Map<string, AbortController>();

  const goneSignal = (session: SMTPServerSession): AbortSignal => {
    const controller = gone.get(session.id) ?? new AbortController();
    gone.set(session.id, controller);
    return controller.signal;
  };
  const drop = (session: SMTPServerSession): Dropped => {
    for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy();
    return new Dropped();
  };
  const step = (
    session: SMTPServerSession,
    method: string,
    path: string,
    work: () => Promise<string>,
    reply: Callback,
  ) => {
    const known = transactions.get(session.id);
    const startedAt = known?.startedAt ?? Date.now();
    const add = (status: string) =>
      log.add('mail', { method, path, status, startedAt, faults: known?.drawn.names ?? [] });
    work().then(
      (status) => {
        if (status) add(status);
        reply();
      },
      (error: Error) => {
        add(error instanceof SmtpError ? String(error.responseCode) : error instanceof Dropped ? 'dropped' : 'failed');
        if (!(error instanceof Dropped)) reply(error);
      },
    );
  };

  const server = new SMTPServer({
    name: 'mail.sandbox.test',
    banner: 'Sandbox mailbox',
    size: sizeLimit,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    socketTimeout: patience,
    closeTimeout: 1,
    logger: false,
    onAuth(auth, session, callback) {
      const right = auth.username === options.user && auth.password === options.password;
      if (right && !faults.draw('mail').has('refuse')) return callback(null, { user: options.user });
      log.add('mail', { method: 'AUTH', path: '', status: '535', startedAt: Date.now() });
      goneSignal(session);
      callback(new SmtpError(535, '5.7.8 Authentication credentials invalid'));
    },
    onMailFrom(_address, session, callback) {
      transactions.set(session.id, { drawn: faults.draw('mail'), startedAt: Date.now() });
      step(session, 'MAIL', '', () => begin(session), callback);
    },
    onRcptTo(_address, session, callback) {
      const rejected = transactions.get(session.id)?.drawn.has('reject');
      const refusal = new SmtpError(550, '5.1.1 The mailbox does not exist');
      step(session, 'RCPT', '', () => (rejected ? Promise.reject(refusal) : Promise.resolve('')), callback);
    },
    onData(stream, session, callback) {
      const count = session.envelope.rcptTo.length;
      const path = count === 1 ? '1 recipient' : `${count} recipients`;
      step(session, 'DATA', path, () => receive(stream, session), callback);
    },
    onClose(session) {
      gone.get(session.id)?.abort();
      gone.delete(session.id);
      transactions.delete(session.id);
    },
  });

  /** Answers nothing to log: the transaction is logged once, at its end. */
  async function begin(session: SMTPServerSession): Promise<''> {
    const drawn = transactions.get(session.id)?.drawn;
    if (!drawn) return '';
    if (drawn.delayMs > 0) await pause(drawn.delayMs, goneSignal(session));
    // A pooled connection has signed in long before the credentials were refused.
    if (drawn.has('refuse')) throw new SmtpError(535, '5.7.8 Authentication credentials invalid');
    if (drawn.has('rate-limit')) throw new SmtpError(421, '4.7.0 Too many messages, try again later');
    if (drawn.has('fail')) throw new SmtpError(451, '4.3.0 Temporary failure, try again later');
    return '';
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const drawn = transactions.get(session.id)?.drawn;
    if (drawn?.has('cut')) throw drop(session);
    const raw = await contentOf(stream);
    if (stream.sizeExceeded) throw new SmtpError(552, '5.3.4 The message is larger than allowed');
    if (drawn?.has('hang') && !drawn.has('fail-after')) return hold(session);
    options.store.add(await delivery(raw, session));
    if (drawn?.has('hang')) return hold(session);
    if (drawn?.has('fail-after')) throw drop(session);
    return '250';
  }

  async function hold(session: SMTPServerSession): Promise<never> {
    await faults.untilOff('mail', 'hang', goneSignal(session));
    throw drop(session);
  }

  // A client that leaves in the middle is no error of ours.
  server.on('error', () => undefined);
  const port = await listen(server.server, options.port);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        for (const controller of gone.values()) controller.abort();
        for (const connection of server.connections) connection._socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function contentOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= sizeLimit) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function delivery(raw: Buffer, session: SMTPServerSession): Promise<Delivery> {
  const mail = await PostalMime.parse(raw);
  const sender = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
  return {
    messageId: mail.messageId ?? null,
    from: mail.from?.address ?? sender,
    recipients: session.envelope.rcptTo.map((recipient) => recipient.address),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? null,
  };
}
