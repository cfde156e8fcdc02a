import { createTransport } from 'nodemailer';
import { smtpError } from '../partner-error.ts';
import { withinTime } from '../time-limit.ts';

/** `messageId` without angle brackets, made from what is meant, so that a repeated send can be told by its reader. */
export interface OutgoingMail {
  messageId: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  attachments?: readonly MailAttachment[];
}

export interface MailAttachment {
  fileName: string;
  contentType: string;
  content: Uint8Array;
}

/** Outgoing mail. Every method throws PartnerError, and answers or throws within the time limit. */
export interface Mailer {
  /** `accepted`: the server took the message for the recipient. */
  send: (mail: OutgoingMail) => Promise<{ accepted: boolean }>;
  /** Connects and signs in, sends nothing. */
  check: () => Promise<void>;
  close: () => void;
}

interface MailOptions {
  /** smtp:// or smtps:// with credentials; nodemailer's own query options (`requireTLS=true`) work. */
  url: string;
  /** An address, or `Name <address>`. */
  from: string;
  /** For each message as a whole, waiting for a connection included; 15 s unless given. */
  timeoutMs?: number;
}

const defaultTimeoutMs = 15_000;
const connections = 3;

/** A mailer over SMTP with a small pool of connections. Nothing is sent before the first call. */
export function connectMail({ url, from, timeoutMs = defaultTimeoutMs }: MailOptions): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    // The queue repeats; a repeat in here could not be seen, and would outlive the job.
    maxRequeues: 0,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  async function send({
    messageId,
    to,
    subject,
    html,
    text,
    attachments = [],
  }: OutgoingMail): Promise<{ accepted: boolean }> {
    try {
      const info = await transport.sendMail({
        from,
        // An object, or a comma in it would make two recipients.
        to: { name: '', address: to },
        subject,
        html,
        text,
        attachments: attachments.map(({ fileName: filename, contentType, content }) => ({
          filename,
          contentType,
          content: Buffer.from(content),
        })),
        messageId: `<${messageId}>`,
        // Keeps out-of-office answers away (RFC 3834, and Exchange's own header).
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { accepted: info.accepted.length > 0 };
    } catch (error) {
      throw smtpError('mail', error);
    }
  }

  async function check(): Promise<void> {
    try {
      await withinTime('mail', timeoutMs, () => transport.verify());
    } catch (error) {
      throw smtpError('mail', error);
    }
  }

  return { send, check, close: () => transport.close() };
}
