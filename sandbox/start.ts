import type { DatabaseSync } from 'node:sqlite';
import { Contacts, contactSchema } from './crm/contacts.ts';
import type { RateLimits } from './crm/limit.ts';
import { Properties } from './crm/properties.ts';
import { serveCrm } from './crm/server.ts';
import { openDatabase } from './database.ts';
import { Faults, type Partner } from './faults.ts';
import type { GatewayKeys } from './gateway/keys.ts';
import { serveGateway } from './gateway/server.ts';
import { gatewaySchema, Store } from './gateway/store.ts';
import { ensureEndpoint } from './gateway/webhook-endpoints.ts';
import { type Listening, loopback } from './http.ts';
import { serveLegacyProxy } from './legacy/proxy.ts';
import { serveMail } from './mail/server.ts';
import { MailStore } from './mail/store.ts';
import { servePages } from './pages/server.ts';
import { RequestLog } from './requests.ts';

/**
 * `dataDir`: a folder for the state, or `':memory:'`. `ports`: 0 or none takes any free one. `legacyUpstream`: the database
 * behind the legacy proxy; without it there is no proxy. `crm.customProperties: false`: an account in which Guildhall has
 * not set its own properties up yet.
 */
export type SandboxOptions = {
  dataDir: string;
  ports?: { http?: number; smtp?: number; crm?: number; legacyProxy?: number; gateway?: number };
  legacyUpstream?: { host: string; port: number };
  crm?: { token?: string; limits?: Partial<RateLimits>; customProperties?: boolean };
  mail?: { user?: string; password?: string };
  /** `webhook`: an endpoint that is registered at the start. */
  gateway?: Partial<GatewayKeys> & { webhook?: { url: string; secret: string } };
};

/** `urls.legacyProxy` is `tcp://host:port`; put the port into the database's own URL. */
export type Sandbox = {
  urls: { pages: string; crm: string; smtp: string; gateway: string; faults: string; legacyProxy?: string };
  /** What the partners accept. */
  credentials: { crmToken: string; smtpUser: string; smtpPassword: string; gateway: GatewayKeys };
  /** The switchboard, for tests in the same process. */
  faults: Faults;
  close(): Promise<void>;
};

const defaultLimits: RateLimits = { interval: 100_000, daily: 100_000_000 };

/** Starts the outside world on loopback. Rejects, with nothing left open, when a port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, ports = {}, legacyUpstream } = options;
  const credentials = {
    crmToken: options.crm?.token ?? 'guildhall-sandbox-token',
    smtpUser: options.mail?.user ?? 'guildhall',
    smtpPassword: options.mail?.password ?? 'guildhall-sandbox',
    gateway: {
      secretKey: options.gateway?.secretKey ?? 'sk_test_guildhallSandbox',
      publishableKey: options.gateway?.publishableKey ?? 'pk_test_guildhallSandbox',
    },
  };
  const faults = new Faults();
  const log = new RequestLog();
  const crmDatabase = openDatabase(dataDir, 'crm', contactSchema);
  const properties = new Properties(crmDatabase, options.crm?.customProperties ?? true);
  const contacts = new Contacts(crmDatabase, properties);
  const mail = new MailStore(dataDir);
  const gatewayDatabase = openDatabase(dataDir, 'gateway', gatewaySchema);
  const payments = new Store(gatewayDatabase);
  const { webhook } = options.gateway ?? {};
  if (webhook) ensureEndpoint(payments, webhook.url, webhook.secret);
  const running: Listening[] = [];
  const run = async (starting: Promise<Listening>) => {
    const started = await starting;
    running.push(started);
    return started.port;
  };
  const close = () => closeAll(running, faults, [crmDatabase, gatewayDatabase], mail);

  try {
    const limits = { ...defaultLimits, ...options.crm?.limits };
    const crmPort = await run(
      serveCrm({ port: ports.crm ?? 0, token: credentials.crmToken, limits, contacts, properties, faults, log }),
    );
    const gateway = await serveGateway({
      port: ports.gateway ?? 0,
      keys: credentials.gateway,
      store: payments,
      faults,
      log,
    });
    running.push(gateway);
    const { smtpUser: user, smtpPassword: password } = credentials;
    const smtpPort = await run(serveMail({ port: ports.smtp ?? 0, user, password, store: mail, faults, log }));
    const proxyPort = legacyUpstream
      ? await run(serveLegacyProxy({ port: ports.legacyProxy ?? 0, upstream: legacyUpstream, faults, log }))
      : undefined;
    const urls: Sandbox['urls'] = {
      pages: '',
      faults: '',
      crm: `http://${loopback}:${crmPort}`,
      smtp: `smtp://${loopback}:${smtpPort}`,
      gateway: `http://${loopback}:${gateway.port}`,
      ...(proxyPort === undefined ? {} : { legacyProxy: `tcp://${loopback}:${proxyPort}` }),
    };
    const addresses: Partial<Record<Partner, string>> = {
      crm: urls.crm,
      mail: urls.smtp,
      gateway: urls.gateway,
      ...(urls.legacyProxy ? { legacy: urls.legacyProxy } : {}),
    };
    const httpPort = await run(
      servePages(ports.http ?? 0, {
        faults,
        log,
        mail,
        contacts,
        properties,
        gateway: { store: payments, webhooks: gateway.webhooks },
        addresses,
      }),
    );
    urls.pages = `http://${loopback}:${httpPort}`;
    urls.faults = `${urls.pages}/faults`;
    return { urls, credentials, faults, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(
  running: Listening[],
  faults: Faults,
  databases: DatabaseSync[],
  mail: MailStore,
): Promise<void> {
  faults.clear();
  await Promise.all(running.splice(0).map((listening) => listening.close()));
  if (!databases.every((database) => database.isOpen)) return;
  for (const database of databases) database.close();
  mail.close();
}
