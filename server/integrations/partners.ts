import type { App } from '#server/context/app.ts';
import type { Settings } from '#server/settings/settings.ts';
import { type CrmSystem, connectCrm } from './crm/index.ts';
import { connectGateway, type Gateway, gatewayNotConnected } from './gateway/index.ts';
import { connectLegacy, type LegacySystem } from './legacy/index.ts';
import { connectMail, type Mailer } from './mail/index.ts';

/** The connections to partners, one of each per process, made at first use. */
export interface Partners {
  legacy(): LegacySystem;
  crm(): CrmSystem;
  mail(): Mailer;
  gateway(): Gateway;
  close(): Promise<void>;
}

const connected = new WeakMap<App, Partners>();

export function partnersOf(app: App): Partners {
  const existing = connected.get(app);
  if (existing) return existing;
  const partners = connect(app);
  connected.set(app, partners);
  app.onClose(() => partners.close());
  return partners;
}

function connect(app: App): Partners {
  const { settings } = app;
  const timeoutMs = settings.PARTNER_TIMEOUT_MS;
  let legacy: LegacySystem | undefined;
  let crm: CrmSystem | undefined;
  let mail: Mailer | undefined;
  let gateway: Gateway | undefined;
  return {
    legacy: () => {
      legacy ??= connectLegacy(settings.LEGACY_DATABASE_URL, { timeoutMs });
      return legacy;
    },
    crm: () => {
      crm ??= connectCrm({ baseUrl: settings.CRM_URL, accessToken: settings.CRM_ACCESS_TOKEN, timeoutMs });
      return crm;
    },
    mail: () => {
      mail ??= connectMail({ url: settings.SMTP_URL, from: settings.MAIL_FROM, timeoutMs });
      return mail;
    },
    gateway: () => {
      gateway ??= gatewayOf(settings);
      return gateway;
    },
    close: async () => {
      await legacy?.close();
      await mail?.close();
    },
  };
}

function gatewayOf(settings: Settings): Gateway {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = settings;
  if (!secretKey || !webhookSecret) return gatewayNotConnected();
  const { STRIPE_API_BASE: apiBase, PARTNER_TIMEOUT_MS: timeoutMs } = settings;
  return connectGateway({ secretKey, webhookSecret, apiBase, timeoutMs });
}
